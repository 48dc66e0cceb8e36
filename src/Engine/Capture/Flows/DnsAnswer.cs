using System.Buffers.Binary;

namespace Sandbox.Capture;

/// <summary>What a DNS message says of a name's addresses.</summary>
/// <param name="Name">The name that was asked for.</param>
/// <param name="Addresses">Its addresses, also those behind aliases; IPv4 in the low 32 bits.</param>
internal sealed record DnsAnswer(string Name, IReadOnlyList<(bool Six, UInt128 Address)> Addresses)
{
    // More than any true answer has: a message made to cost time costs little.
    private const int MostRecords = 512, MostAliases = 32;
    private const int Header = 12, A = 1, Alias = 5, Aaaa = 28, Internet = 1;

    /// <summary>Reads a message (RFC 1035, 4.1); null where it is no answer with addresses. Of a cut message what is whole counts.</summary>
    public static DnsAnswer? Parse(ReadOnlySpan<byte> message)
    {
        if (message.Length < Header) return null;
        var flags = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        var (questions, answers) = (BinaryPrimitives.ReadUInt16BigEndian(message[4..]), BinaryPrimitives.ReadUInt16BigEndian(message[6..]));
        if ((flags & 0xF80F) != 0x8000 || questions != 1 || answers == 0) return null; // a response to a standard query, without an error
        var at = Header;
        if (DnsName.Read(message, ref at) is not { } asked || at + 4 > message.Length) return null;
        at += 4;
        List<(string Owner, string Target)>? aliases = null;
        List<(string Owner, bool Six, UInt128 Address)>? found = null;
        for (var i = 0; i < Math.Min((int)answers, MostRecords) && Record(message, ref at, out var owner, out var type, out var data); i++)
        {
            var bytes = message[data];
            switch (type)
            {
                case A when bytes.Length == 4: (found ??= []).Add((owner, false, BinaryPrimitives.ReadUInt32BigEndian(bytes))); break;
                case Aaaa when bytes.Length == 16: (found ??= []).Add((owner, true, BinaryPrimitives.ReadUInt128BigEndian(bytes))); break;
                case Alias when aliases is null || aliases.Count < MostAliases:
                    var place = data.Start.Value;
                    if (DnsName.Read(message, ref place) is { } target) (aliases ??= []).Add((owner, target));
                    break;
            }
        }

        if (found is null) return null;
        // Only what the name leads to: an answer may hold records of any other name.
        var names = Chain(asked, aliases);
        var addresses = found.Where(f => names.Contains(f.Owner)).Select(f => (f.Six, f.Address)).Distinct().ToArray();
        return addresses.Length == 0 ? null : new(asked, addresses);
    }

    private static HashSet<string> Chain(string asked, List<(string Owner, string Target)>? aliases)
    {
        var names = new HashSet<string> { asked };
        for (var more = aliases is not null; more;)
        {
            more = false;
            foreach (var (owner, target) in aliases!) more |= names.Contains(owner) && names.Add(target);
        }

        return names;
    }

    private static bool Record(ReadOnlySpan<byte> message, ref int at, out string owner, out int type, out Range data)
    {
        (owner, type, data) = ("", 0, default);
        if (DnsName.Read(message, ref at) is not { } name || at + 10 > message.Length) return false;
        owner = name;
        var (kind, space, length) = (BinaryPrimitives.ReadUInt16BigEndian(message[at..]), BinaryPrimitives.ReadUInt16BigEndian(message[(at + 2)..]), BinaryPrimitives.ReadUInt16BigEndian(message[(at + 8)..]));
        at += 10;
        if (at + length > message.Length) return false;
        type = space == Internet ? kind : 0;
        data = at..(at + length);
        at += length;
        return true;
    }
}
