using System.Collections.Frozen;
using System.Globalization;

namespace Sandbox.Seccomp;

/// <summary>The system calls of an architecture; the data is made by <c>tools/SyscallTables</c> from the kernel's own tables.</summary>
public sealed class SyscallTable
{
    private static readonly Lazy<SyscallTable>[] Tables =
        [.. Enum.GetValues<SeccompArchitecture>().Select(architecture => new Lazy<SyscallTable>(() => Load(architecture)))];

    private static readonly Lazy<FrozenSet<string>> Names = new(() =>
        Tables.SelectMany(table => table.Value.Entries).Select(entry => entry.Name).ToFrozenSet(StringComparer.Ordinal));

    private static readonly Lazy<FrozenSet<string>> Foreign = new(() => SeccompResources.ReadLines("Syscalls.others.txt").ToFrozenSet(StringComparer.Ordinal));

    private readonly FrozenDictionary<string, SyscallEntry> byName;
    private readonly FrozenDictionary<uint, SyscallEntry> byNumber;

    private SyscallTable(SeccompArchitecture architecture, IReadOnlyList<SyscallEntry> entries)
    {
        Architecture = architecture;
        Entries = entries;
        byName = entries.ToFrozenDictionary(entry => entry.Name, StringComparer.Ordinal);
        byNumber = entries.ToFrozenDictionary(entry => entry.Number);
    }

    /// <summary>Whose table it is.</summary>
    public SeccompArchitecture Architecture { get; }

    /// <summary>All calls, by number.</summary>
    public IReadOnlyList<SyscallEntry> Entries { get; }

    /// <summary>The names of all calls of all architectures.</summary>
    public static IReadOnlySet<string> AllNames => Names.Value;

    /// <summary>Names that only architectures without a table have, such as MIPS and SPARC. Profiles list them; here they match no call.</summary>
    public static IReadOnlySet<string> ForeignNames => Foreign.Value;

    /// <summary>The table of an architecture.</summary>
    public static SyscallTable For(SeccompArchitecture architecture) => Tables[(int)architecture].Value;

    /// <summary>The call of a name, or null.</summary>
    public SyscallEntry? Find(string name) => byName.GetValueOrDefault(name);

    /// <summary>The call of a number, or null.</summary>
    public SyscallEntry? Find(uint number) => byNumber.GetValueOrDefault(number);

    /// <summary>The name of a number, or the number itself.</summary>
    public string NameOf(uint number) => Find(number)?.Name ?? number.ToString(CultureInfo.InvariantCulture);

    private static SyscallTable Load(SeccompArchitecture architecture)
    {
        var entries = new List<SyscallEntry>();
        foreach (string line in SeccompResources.ReadLines($"Syscalls.{SeccompArchitectures.Name(architecture)}.tsv"))
        {
            if (line.StartsWith('#')) continue;
            string[] fields = line.Split('\t');
            entries.Add(new(fields[0], uint.Parse(fields[1], CultureInfo.InvariantCulture),
                fields[2] == "-" ? null : int.Parse(fields[2], CultureInfo.InvariantCulture),
                fields[3] == "-" ? null : int.Parse(fields[3], NumberStyles.HexNumber, CultureInfo.InvariantCulture),
                fields[4] == "-" ? null : int.Parse(fields[4], NumberStyles.HexNumber, CultureInfo.InvariantCulture),
                fields[5] == "-" ? null : fields[5]));
        }

        return new(architecture, entries);
    }
}
