using CsCheck;
using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp;

/// <summary>Random policies, with the values that compilers get wrong: both sides of 32 and 64 bits, negative ints, masks over both halves.</summary>
internal static class PolicyGenerator
{
    private static readonly ulong[] Boundaries =
    [
        0, 1, 2, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff, 0x1_0000_0000, 0x1_0000_0001, 0xffff_ffff_0000_0000, 0xffff_ffff_7fff_ffff,
        0xffff_ffff_8000_0000, 0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000, 0xffff_ffff_ffff_fffe, ulong.MaxValue, 0xf0f0_0000_0000_0f0f, 0x5412,
    ];

    public static readonly Gen<ulong> Value = Gen.OneOf(Gen.OneOf(Boundaries), Gen.ULong[0, 8], Gen.ULong);

    public static readonly Gen<SeccompCondition> Condition =
        from index in Gen.Int[0, 5]
        from op in Gen.Enum<SeccompOperator>()
        from value in Value
        from two in Gen.OneOf(Value, Gen.ULong.Select(random => random & value))
        select new SeccompCondition(index, op, value, two);

    public static readonly Gen<SeccompDecision> Decision =
        from action in Gen.Enum<SeccompAction>()
        from errno in Gen.Int[1, 4095]
        select new SeccompDecision(action, action is SeccompAction.Errno or SeccompAction.Trace ? errno : 0);

    public static Gen<SeccompRule> Rule(string[] names, Gen<SeccompDecision> decisions, Gen<SeccompCondition> conditions) =>
        from chosen in Gen.OneOf(names).Array[1, 4]
        from decision in decisions
        from all in conditions.Array[0, 4]
        select new SeccompRule(chosen, decision.Action, decision.Action is SeccompAction.Errno or SeccompAction.Trace ? decision.Errno : null, all);

    public static readonly Gen<SeccompPolicy> Policy =
        from fallback in Decision
        from rules in Rule(["read", "socket", "ioctl", "clone", "prctl", "personality", "openat2", "lseek", "@signal", "@io-uring", "ipc", "exit", "mmap"], Decision, Condition).Array[0, 12]
        from architectures in Gen.Enum<SeccompArchitecture>().Array[0, 4]
        select new SeccompPolicy("random", fallback.Action, rules, fallback.Action is SeccompAction.Errno or SeccompAction.Trace ? fallback.Errno : null, architectures);

    /// <summary>Calls near what the policy compares, on its architectures and others.</summary>
    public static Gen<SeccompCall> Call(SeccompPolicy policy)
    {
        ulong[] values = [.. policy.Rules.SelectMany(rule => rule.Conditions).SelectMany(condition => new[] { condition.Value, condition.ValueTwo }).Append(0ul)];
        uint[] numbers = [.. policy.Architectures.SelectMany(architecture => SeccompSets.Expand(policy.Rules.SelectMany(rule => rule.Names))
            .Select(name => SyscallTable.For(architecture).Find(name)?.Number).OfType<uint>()).Append(0u)];
        uint[] audits = [.. policy.Architectures.Select(SeccompArchitectures.AuditArchitecture), 0xC000_003E, 0x4000_0003, 0xC000_00B7, 0, uint.MaxValue];
        var value = Gen.OneOf(Value, from near in Gen.OneOf(values) from offset in Gen.Int[-1, 1] from high in Gen.OneOf(0ul, 1ul << 32, ~0ul << 32) select (near + (ulong)offset) ^ high);
        return from audit in Gen.OneOf(audits)
               from number in Gen.OneOf(Gen.OneOf(numbers), from near in Gen.OneOf(numbers) from offset in Gen.Int[-1, 1] select near + (uint)offset, Gen.OneOf(0x4000_0000u, 0x3fff_ffffu, uint.MaxValue, uint.MaxValue - 1), Gen.UInt)
               from arguments in value.Array[6]
               select new SeccompCall(audit, number, arguments);
    }
}
