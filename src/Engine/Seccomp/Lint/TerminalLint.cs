namespace Sandbox.Seccomp;

/// <summary>Requests of ioctl that put input into the caller's terminal. Exact: whatever else the rules ask of the other arguments.</summary>
internal static class TerminalLint
{
    private static readonly (string Name, ulong Value)[] Requests = [("TIOCSTI", 0x5412), ("TIOCLINUX", 0x541c)]; // asm-generic/ioctls.h

    public static IEnumerable<SeccompFinding> Check(SeccompPolicy policy, SeccompArchitecture architecture)
    {
        var own = policy.Copy(architectures: [architecture], rules: policy.RulesOf(architecture, SyscallTable.For(architecture).Find("ioctl")!.Number).Select(rule => new SeccompRule(["ioctl"], rule.Action, rule.NumberOrNull, rule.Conditions)));
        foreach (var (name, value) in Requests)
        {
            // Where a policy that also kills at the request differs, the call is that request.
            var marked = own.Copy(rules: own.Rules.Append(new(["ioctl"], SeccompAction.KillProcess, null, [new(1, SeccompOperator.Equal, value)])));
            if (SeccompProver.Differences(own, marked).FirstOrDefault(difference => difference.Expected.Passes) is not { } passes) continue;
            yield return new("terminal-injection", SeccompFindingSeverity.Warning, $"ioctl {name} can be allowed: it puts input into the caller's terminal.", passes.Call, $"Refuse ioctl where argument 1 is 0x{value:x}.");
        }
    }
}
