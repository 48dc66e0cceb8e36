using Sandbox.Seccomp;

namespace Sandbox.Bench.Seccomp;

/// <summary>What a call costs that the kernel's cache answers, and one that it doesn't: seccomp_cache_prepare of kernel/seccomp.c.</summary>
internal static class CacheControls
{
    private const ushort LoadWord = 0x20, JumpEqual = 0x15, Return = 0x06;

    /// <summary>The least that checks the architecture and the number: everything is allowed.</summary>
    public static FilterSubject Smallest()
    {
        var allow = new SeccompDecision(SeccompAction.Allow);
        SockFilter[] instructions =
        [
            new(LoadWord, 0, 0, 4),
            new(JumpEqual, 1, 0, SeccompArchitectures.AuditArchitecture(SeccompArchitecture.X86_64)),
            new(Return, 0, 0, new SeccompDecision(SeccompAction.KillProcess).ReturnValue),
            new(LoadWord, 0, 0, 0),
            new(Return, 0, 0, allow.ReturnValue),
        ];
        var policy = new SeccompPolicy("all", SeccompAction.Allow, [], architectures: [SeccompArchitecture.X86_64, SeccompArchitecture.X32]);
        return new("5 instructions, all allowed", Proven.Check(policy, new(instructions)), [allow, allow, allow]);
    }

    /// <summary>The same filter, but its first instruction loads what the kernel's emulation doesn't follow (the instruction pointer).</summary>
    public static FilterSubject Defeated(PolicyCase of, SeccompProgram program) =>
        new($"ours for {of.Name}, made uncacheable", Proven.Check(of.Policy, new([new(LoadWord, 0, 0, 8), .. program.Instructions])), of.Decisions);
}
