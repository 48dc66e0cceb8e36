using System.Globalization;

namespace Sandbox.Seccomp;

/// <summary>One system call of one architecture, with what filters need to know about it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Number">Its number, as seccomp_data.nr has it.</param>
/// <param name="Architecture">Its architecture.</param>
/// <param name="ParameterCount">How many parameters the kernel declares; null where unknown.</param>
/// <param name="NarrowParameters">The parameters of which the kernel takes the low 32 bits only.</param>
/// <param name="PointerParameters">The parameters that are addresses, whose target no filter sees.</param>
/// <param name="Since">The first kernel version, by syscalls(2); null where unknown.</param>
/// <param name="Sets">The sets that have it.</param>
public sealed record SeccompSyscall(
    string Name, uint Number, SeccompArchitecture Architecture, int? ParameterCount, IReadOnlyList<int> NarrowParameters,
    IReadOnlyList<int> PointerParameters, string? Since, IReadOnlyList<string> Sets)
{
    /// <summary>The calls of an architecture, by number.</summary>
    public static IReadOnlyList<SeccompSyscall> All(SeccompArchitecture architecture)
    {
        var sets = SeccompSets.All.SelectMany(set => set.Syscalls.Select(name => (name, set.Name))).ToLookup(pair => pair.name, pair => pair.Name, StringComparer.Ordinal);
        return [.. SyscallTable.For(architecture).Entries.OrderBy(entry => entry.Number).Select(entry => new SeccompSyscall(
            entry.Name, entry.Number, architecture, entry.ParameterCount, Indices(entry.NarrowParameters), Indices(entry.PointerParameters), entry.Since,
            ValueList<string>.Of(sets[entry.Name])))];
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} ({SeccompArchitectures.Name(Architecture)} {Number})");

    private static ValueList<int> Indices(int? mask) => ValueList<int>.Of(Enumerable.Range(0, 6).Where(index => ((mask ?? 0) >> index & 1) != 0));
}
