using Sandbox.Denials;
using Sandbox.Hardening;
using Sandbox.Native;
using Sandbox.Seccomp;

namespace Sandbox.Violations;

/// <summary>What the policy says about the call's registers. Filters decide before everything else.</summary>
internal static class SeccompReplay
{
    public static CheckResult Of(CauseQuery query)
    {
        var facts = query.Facts;
        var inherited = Evidence.FiltersOfSelf;
        var policy = facts.Filters > inherited ? query.Sandbox?.Policy : null;
        var unknown = facts.Filters - (policy is null ? 0 : 1);
        if (policy is not null)
        {
            var call = new SeccompCall(SeccompArchitectures.AuditArchitecture(facts.Architecture), (uint)facts.SyscallNumber, facts.Arguments);
            var decision = policy.Decide(call);
            if (!decision.Passes && Answer(decision) == facts.Errno) return Refused(query, $"The policy '{policy.Name}' answers {call.Name ?? $"#{facts.SyscallNumber}"} with {decision}: {Reason(policy, call)}.", decision);
            if (!decision.Passes && unknown > inherited)
                return Refused(query, $"The policy '{policy.Name}' never lets it through ({decision}: {Reason(policy, call)}), and of the {unknown - inherited} filters that the program added one gave {Errno.Name(facts.Errno)} first.", decision);
            if (!decision.Passes) return CheckResult.Undecided($"The policy '{policy.Name}' would have answered with {decision}, not with {Errno.Name(facts.Errno)}");
            query.Looked.Add($"The policy '{policy.Name}' lets the call through.");
        }

        if (unknown == 0)
        {
            if (policy is null) query.Looked.Add("The caller has no seccomp filter.");
            return CheckResult.Passes;
        }

        // What we inherited ourselves lets us use files: without that this process couldn't run.
        if (unknown == inherited && facts.Category == SandboxViolationCategory.File) return CheckResult.Passes;
        return CheckResult.Undecided($"{unknown} seccomp {(unknown == 1 ? "filter" : "filters")} that this module doesn't know may have refused it");
    }

    private static CheckResult Refused(CauseQuery query, string text, SeccompDecision decision)
    {
        var facts = query.Facts;
        return CheckResult.Refuses(facts.Errno, SandboxViolationCause.Seccomp, text, DenialSuggestion.For(new SeccompDenial
        {
            SyscallNumber = facts.SyscallNumber, AuditArchitecture = SeccompArchitectures.AuditArchitecture(facts.Architecture), Action = decision.ToString(),
            ProcessId = facts.Process, Scope = SeccompDenialScope.Sandbox, Source = SeccompDenialSource.Notify,
        }));
    }

    private static string Reason(SeccompPolicy policy, SeccompCall call) => policy.DecidingRule(call) is { } index
        ? $"its rule {index + 1}, {Short(policy.Rules[index].ToString())}"
        : call.Architecture is { } known && policy.Architectures.Contains(known) ? "no rule names it, and that is the default" : "it doesn't list the architecture";

    private static string Short(string rule) => rule.Length <= 200 ? rule : rule[..200] + "…";

    // What the supervisor, or for a trace without a tracer the kernel, answers.
    private static int Answer(SeccompDecision decision) => decision.Action switch
    {
        SeccompAction.Errno => decision.Errno,
        SeccompAction.Trace => Errno.ENOSYS,
        _ => Errno.EPERM,
    };
}
