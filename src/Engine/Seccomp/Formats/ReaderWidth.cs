namespace Sandbox.Seccomp;

/// <summary>
/// How wide the parameters of a call are on a policy's architectures, against what the readers of policies do: they compare 64 bits on a
/// 64-bit architecture, and on a 32-bit one, x32 among them, the low 32 bits (libseccomp's size of the architecture).
/// </summary>
internal sealed class ReaderWidth
{
    private readonly (SeccompArchitecture Architecture, SyscallEntry Entry)[] entries;

    public ReaderWidth(SeccompPolicy policy, string name) =>
        entries = [.. policy.Architectures.Select(architecture => (architecture, Entry: SyscallTable.For(architecture).Find(name))).Where(pair => pair.Entry is not null).Select(pair => (pair.architecture, pair.Entry!))];

    /// <summary>Whether the kernel takes the low 32 bits where the readers compare 64.</summary>
    public bool IsNarrow(int index) => entries.Any(pair => !IsShort(pair.Architecture) && pair.Entry.IsNarrow(index)) || (entries.Length > 0 && entries.All(pair => IsShort(pair.Architecture) && pair.Entry.IsNarrow(index)));

    /// <summary>Why a condition can't be said to the readers for all architectures at once, or null.</summary>
    public string? Obstacle(SeccompCondition condition)
    {
        int index = condition.Index;
        var wide = entries.Where(pair => !pair.Entry.IsNarrow(index)).Select(pair => pair.Architecture).ToArray();
        bool low = condition.Operator == SeccompOperator.MaskedEqual && condition.Value <= uint.MaxValue && condition.ValueTwo <= uint.MaxValue;
        if (low) return null; // says the same everywhere
        if (wide.FirstOrDefault(architecture => architecture == SeccompArchitecture.X32, SeccompArchitecture.X86_64) == SeccompArchitecture.X32)
            return $"libseccomp compares the low 32 bits of argument {index} on x32, where the kernel takes 64";
        var dropped = entries.Where(pair => IsShort(pair.Architecture) && (Value(condition.Value, pair.Entry) > uint.MaxValue || Value(condition.ValueTwo, pair.Entry) > uint.MaxValue)).Select(pair => pair.Architecture).ToArray();
        if (dropped.Length > 0) return $"'{condition}' has more than 32 bits, of which libseccomp drops the upper ones on {Names(dropped)}";
        ulong Value(ulong value, SyscallEntry entry) => entry.IsNarrow(index) ? SeccompCondition.Narrow(value) : value;
        var narrow = entries.Where(pair => !IsShort(pair.Architecture) && pair.Entry.IsNarrow(index)).Select(pair => pair.Architecture).ToArray();
        return narrow.Length > 0 && wide.Length > 0 ? $"argument {index} has 32 bits on {Names(narrow)} and not on {Names(wide)}, and one rule is for all of them" : null;
    }

    private static bool IsShort(SeccompArchitecture architecture) => architecture is SeccompArchitecture.X86 or SeccompArchitecture.X32 or SeccompArchitecture.Arm;

    private static string Names(IEnumerable<SeccompArchitecture> architectures) => string.Join(", ", architectures.Select(SeccompArchitectures.Name));
}
