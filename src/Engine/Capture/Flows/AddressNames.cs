namespace Sandbox.Capture;

/// <summary>The names of addresses, by the answers of DNS that were seen. The caller locks.</summary>
internal sealed class AddressNames(int most = AddressNames.Most)
{
    /// <summary>The most pairs of an address and a name.</summary>
    public const int Most = 65_536;

    /// <summary>The most names of one address; the newest are kept.</summary>
    public const int MostOfOne = 64;

    private readonly Dictionary<(bool Six, UInt128 Address), Known> _known = [];
    private int _pairs;

    /// <summary>How many answers were seen; a mark for <see cref="Since"/>.</summary>
    public long Mark { get; private set; }

    /// <summary>Names that aren't listed any more, or never were, because there were too many.</summary>
    public long Unlisted { get; private set; }

    public void Add(DnsAnswer answer)
    {
        Mark++;
        foreach (var address in answer.Addresses) Add(address, answer.Name);
    }

    /// <summary>The names of an address, oldest first. The array isn't changed any more.</summary>
    public string[] Of(bool six, UInt128 address) => _known.TryGetValue((six, address), out var known) ? known.Names : [];

    /// <summary>What answers after a mark said.</summary>
    public IReadOnlyList<(bool Six, UInt128 Address, string Name)> Since(long mark) =>
        [.. _known.SelectMany(k => k.Value.Names.Where((_, i) => k.Value.Seen[i] > mark).Select(name => (k.Key.Six, k.Key.Address, name)))];

    private void Add((bool Six, UInt128 Address) address, string name)
    {
        var known = _known.GetValueOrDefault(address);
        var place = known is null ? -1 : Array.IndexOf(known.Names, name);
        if (place >= 0)
        {
            known!.Seen[place] = Mark;
            return;
        }

        if (known?.Names.Length == MostOfOne)
        {
            Unlisted++;
            var oldest = Array.IndexOf(known.Seen, known.Seen.Min());
            _known[address] = new([.. known.Names.Where((_, i) => i != oldest), name], [.. known.Seen.Where((_, i) => i != oldest), Mark]);
            return;
        }

        if (_pairs == most)
        {
            Unlisted++;
            return;
        }

        _pairs++;
        _known[address] = new([.. known?.Names ?? [], name], [.. known?.Seen ?? [], Mark]);
    }

    private sealed record Known(string[] Names, long[] Seen);
}
