using System.Globalization;
using Sandbox.Hardening;
using Sandbox.Native;

namespace Sandbox.Violations;

/// <summary>Calls to other processes: signals (kernel/signal.c, check_kill_permission) and looking into them (kernel/ptrace.c).</summary>
internal static class ProcessReplay
{
    private const int Kill = 5, Ptrace = 19; // CAP_KILL, CAP_SYS_PTRACE

    public static CheckResult Of(CauseQuery query)
    {
        var a = query.Facts.Arguments;
        return query.Call switch
        {
            "kill" or "tkill" or "tgkill" or "rt_sigqueueinfo" or "rt_tgsigqueueinfo" => Signal(query, (int)a[0]),
            "pidfd_send_signal" => OfDescriptor(query, (int)a[0]) is { } process ? Signal(query, process) : CheckResult.Undecided("the process of the descriptor isn't known"),
            "ptrace" when a[0] is 16 or 0x4206 => Inspect(query, (int)a[1]), // PTRACE_ATTACH, PTRACE_SEIZE
            "process_vm_readv" or "process_vm_writev" => Inspect(query, (int)a[0]),
            "pidfd_getfd" => OfDescriptor(query, (int)a[0]) is { } process ? Inspect(query, process) : CheckResult.Undecided("the process of the descriptor isn't known"),
            _ => CheckResult.Passes,
        };
    }

    private static CheckResult Signal(CauseQuery query, int process)
    {
        if (process <= 0) return CheckResult.Undecided("a signal to several processes fails only where none of them may get it");
        if (Status(query, process) is not { } status) return CheckResult.Undecided($"the process {process} can't be looked at any more");
        var facts = query.Facts;
        // kill_ok_by_cred: the effective or the real user is the other's real or saved one.
        var same = new[] { facts.EffectiveUser, facts.User }.Any(u => u == status.Uid[0] || u == status.Uid[2]);
        if (!same && !Counts(query, Kill)) return Refused(query, Kill, $"The process {process} is user {status.Uid[0]}'s, the caller is user {facts.EffectiveUser}");
        return IsOutside(query, status) switch
        {
            true => LandlockReplay.Scope(query, LandlockScope.Signal, $"the process {process} is outside of it"),
            null => CheckResult.Undecided($"whether the process {process} is inside of the sandbox isn't known"),
            false => CheckResult.Passes,
        };
    }

    private static CheckResult Inspect(CauseQuery query, int process)
    {
        if (Status(query, process) is not { } status) return CheckResult.Undecided($"the process {process} can't be looked at any more");
        var facts = query.Facts;
        var same = status.Uid.Take(3).All(u => u == facts.User) || Counts(query, Ptrace);
        if (!same) return Refused(query, Ptrace, $"The process {process} is user {status.Uid[0]}'s, the caller is user {facts.User}");
        if ((status.CapPrm & ~facts.Capabilities) != 0 && !Counts(query, Ptrace)) return Refused(query, Ptrace, $"The process {process} has capabilities that the caller hasn't got");
        return query.Sandbox?.Domain is not null && IsOutside(query, status) == true
            ? LandlockReplay.Refused(Errno.EPERM, $"The sandbox's Landlock domain lets nobody trace a process outside of it (ptrace), and {process} is outside.", null)
            : CheckResult.Undecided("a process that isn't dumpable, is traced already, or Yama may have been the reason");
    }

    private static bool Counts(CauseQuery query, int capability) => query.Caller.Has(capability) && query.InInitialUserNamespace;

    private static CheckResult Refused(CauseQuery query, int capability, string why) => query.Caller.Has(capability)
        ? CheckResult.Undecided($"{why}, and whether its {Capability.Name(capability)} counts there isn't known")
        : CheckResult.Refuses(Errno.EPERM, SandboxViolationCause.Capability, $"{why}, without {Capability.Name(capability)}.", CauseSuggestion.Capability(query, capability));

    // What isn't the target or below it; the reaper, PID 1 where there is a pid namespace, is no part of the domain. Null where it isn't known.
    private static bool? IsOutside(CauseQuery query, ProcessStatus status)
    {
        if (query.Sandbox is not { } sandbox) return false;
        for (var at = status.NSpid[0]; at > 0;)
        {
            if (at == sandbox.Id) return false;
            if (at == sandbox.InitId) return at == status.NSpid[0];
            try
            {
                var text = ProcFile.Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{at}/status"));
                var line = text.AsSpan(text.IndexOf("\nPPid:", StringComparison.Ordinal) + 6);
                at = int.Parse(line[..line.IndexOf('\n')], NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture);
            }
            catch (ErrnoException)
            {
                return null;
            }
        }

        return true;
    }

    // By its number in the caller's pid namespace: as the /proc of the caller's own root has it.
    private static ProcessStatus? Status(CauseQuery query, int process)
    {
        var facts = query.Facts;
        try
        {
            var own = facts.Process == facts.NamespaceProcess;
            var text = ProcFile.Read(own
                ? string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/status")
                : string.Create(CultureInfo.InvariantCulture, $"/proc/{facts.Thread}/root/proc/{process}/status"));
            var status = ProcessStatus.Parse(text);
            if (own) return status;
            // The root's /proc counts from its own pid namespace on: the number on the host is known for the reaper alone.
            return query.Sandbox is { } sandbox && process == 1 ? status with { NSpid = [sandbox.InitId] } : status with { NSpid = [query.Sandbox?.Id ?? 0] };
        }
        catch (SandboxException)
        {
            return null;
        }
    }

    private static int? OfDescriptor(CauseQuery query, int descriptor)
    {
        try
        {
            var text = ProcFile.Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{query.Facts.Process}/fdinfo/{descriptor}"));
            var at = text.IndexOf("NSpid:", StringComparison.Ordinal);
            if (at < 0) return null;
            var numbers = text[(at + 6)..].Split('\n')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            return int.Parse(numbers[^1], CultureInfo.InvariantCulture);
        }
        catch (SandboxException)
        {
            return null;
        }
    }
}
