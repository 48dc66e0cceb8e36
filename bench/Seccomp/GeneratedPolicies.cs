using Sandbox.Seccomp;

namespace Sandbox.Bench.Seccomp;

/// <summary>
/// Policies by a fixed seed, each hard in another way, and of what libseccomp and this compiler mean the same by: the calls of
/// Linux 5.17, the newest that libseccomp 2.5.4 knows, and conditions on 64-bit parameters or under a mask.
/// </summary>
internal static class GeneratedPolicies
{
    // What the measuring program itself calls after it has the filter.
    private static readonly string[] Needed = ["write", "exit_group", "getppid"];
    private static readonly string[] Kept = [.. Needed, "kcmp", "personality"];
    private static readonly SeccompRule Personality = new(["personality"], SeccompAction.Allow, null, [new(0, SeccompOperator.MaskedEqual, 0xffff_ffff, 0xffff_ffff)]);

    /// <summary>Half of all calls, one here and one there: the most ranges that a number search can meet.</summary>
    public static PolicyCase Scattered()
    {
        var names = Shuffled(1);
        return Case("Scattered allow list", SeccompAction.Errno, [new([.. Needed, .. names[..(names.Length / 2)]], SeccompAction.Allow), Personality]);
    }

    /// <summary>All calls but sixty.</summary>
    public static PolicyCase DenyList() => Case("Deny list", SeccompAction.Allow,
    [
        new(["kcmp", .. Shuffled(2)[..60]], SeccompAction.Errno),
        new(["personality"], SeccompAction.Errno, null, [new(0, SeccompOperator.MaskedEqual, 0xffff_ffff, 0x1234)]),
    ]);

    /// <summary>Forty calls under one to four rules of one or two conditions each, among a hundred others.</summary>
    public static PolicyCase Arguments()
    {
        var names = Shuffled(3);
        var random = new Random(4);
        var rules = new List<SeccompRule> { new([.. Needed, .. names[..100]], SeccompAction.Allow), Personality };
        foreach (var entry in names[100..].Select(name => SyscallTable.For(SeccompArchitecture.X86_64).Find(name)!).Where(entry => Wide(entry).Length > 0).Take(40))
        {
            for (var rule = random.Next(1, 5); rule > 0; rule--)
            {
                var indexes = Wide(entry);
                random.Shuffle(indexes);
                rules.Add(new([entry.Name], SeccompAction.Allow, null, indexes.Take(random.Next(1, 3)).Select(index => Condition(random, index))));
            }
        }

        return Case("Argument checks", SeccompAction.Errno, rules);
    }

    private static PolicyCase Case(string name, SeccompAction fallback, IEnumerable<SeccompRule> rules) =>
        new(name, new(name, fallback, rules, architectures: [SeccompArchitecture.X86_64]));

    private static SeccompCondition Condition(Random random, int index)
    {
        var value = (ulong)random.NextInt64(1, 1L << random.Next(4, 48));
        var op = (SeccompOperator)random.Next(7);
        return new(index, op, value, value & (ulong)random.NextInt64());
    }

    private static int[] Wide(SyscallEntry entry) => [.. Enumerable.Range(0, entry.ParameterCount ?? 0).Where(index => !entry.IsNarrow(index))];

    private static string[] Shuffled(int seed)
    {
        string[] names = [.. SyscallTable.For(SeccompArchitecture.X86_64).Entries.Where(entry => entry.Number is < 335 or (>= 424 and <= 450)).Select(entry => entry.Name).Except(Kept)];
        new Random(seed).Shuffle(names);
        return names;
    }
}
