using System.Collections.Frozen;
using System.Globalization;
using Sandbox.Seccomp;

namespace Sandbox.Denials.Decoding;

/// <summary>The sets of ConstantSets.txt with the values of one architecture.</summary>
internal sealed class ConstantSets
{
    private static readonly Dictionary<string, string> Lines = Read();
    private static readonly string[] AllNames = [.. ArgumentConstants.Names.Concat(ArgumentConstants.ArchitectureNames).Distinct().Order(StringComparer.Ordinal)];
    private readonly CallAbi _abi;
    private readonly Dictionary<string, ValueFormat> _made = new(StringComparer.Ordinal);

    public ConstantSets(CallAbi abi) => _abi = abi;

    /// <summary>The set or number format of a name.</summary>
    public ValueFormat Find(string name)
    {
        if (_made.TryGetValue(name, out var known)) return known;
        return _made[name] = (ValueFormat?)NumberFormat.Find(name, _abi) ?? Make(name);
    }

    /// <summary>
    /// "[mask] names" is a field, "[mask:format]" one whose other values have that format, "[mask&lt;&lt;8]" one whose names have values that are
    /// shifted so, "[*]" the whole value, "|" begins the flags; "AF_*" are all names that begin so, but those that "-AF_MAX" or "-AF_X_*"
    /// takes out. The first name of a value counts.
    /// </summary>
    private ConstantSet Make(string set)
    {
        if (!Lines.TryGetValue(set, out var line)) throw new InvalidOperationException($"There is no set of constants '{set}'.");
        var fields = new List<(ulong Mask, int Shift, Dictionary<ulong, string> Names, ValueFormat? Format)>();
        var flags = new List<(string, ulong)>();
        bool inFlags = false, flagsFirst = false;
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var without = words.Where(w => w.StartsWith('-')).Select(w => w[1..]).ToArray();
        foreach (var word in words)
        {
            if (word == "|")
            {
                inFlags = true;
                flagsFirst = fields.Count == 0;
            }
            else if (word.StartsWith('['))
            {
                inFlags = false;
                var parts = word.Trim('[', ']').Split(':');
                var mask = parts[0].Split("<<");
                var shift = mask.Length > 1 ? int.Parse(mask[1], CultureInfo.InvariantCulture) : 0;
                fields.Add((mask[0] == "*" ? ulong.MaxValue : ArgumentConstants.Number(mask[0])!.Value, shift, [], parts.Length > 1 ? Find(parts[1]) : null));
            }
            else if (!word.StartsWith('-'))
            {
                foreach (var (name, value) in Constants(word, without))
                {
                    if (inFlags) flags.Add((name, value));
                    else fields[^1].Names.TryAdd((value << fields[^1].Shift) & fields[^1].Mask, name);
                }
            }
        }

        return new([.. fields.Select(f => new ConstantSet.Field(f.Mask, f.Names.ToFrozenDictionary(), f.Format))], flags, flagsFirst);
    }

    private IEnumerable<(string Name, ulong Value)> Constants(string word, string[] without)
    {
        if (!word.EndsWith('*'))
        {
            // What an architecture lacks, such as MAP_32BIT, is left out.
            if (ArgumentConstants.TryGet(_abi.Architecture, word, out var value)) yield return (word, value & _abi.RegisterMask);
            else if (!ArgumentConstants.IsKnown(word)) throw new InvalidOperationException($"There is no constant '{word}'.");
            yield break;
        }

        var found = new List<(string Name, ulong Value)>();
        foreach (var name in AllNames.Where(n => Matches(n, word) && !without.Any(w => Matches(n, w))))
        {
            if (ArgumentConstants.TryGet(_abi.Architecture, name, out var value)) found.Add((name, value & _abi.RegisterMask));
        }

        foreach (var constant in found.OrderBy(c => c.Value)) yield return constant;
    }

    private static bool Matches(string name, string word) => word.EndsWith('*') ? name.StartsWith(word[..^1], StringComparison.Ordinal) : name == word;

    private static Dictionary<string, string> Read()
    {
        var lines = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, rest) in DataLines.Read("Denials.ConstantSets.txt")) lines.Add(name, rest);
        return lines;
    }
}
