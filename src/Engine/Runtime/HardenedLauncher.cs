using Sandbox.Hardening;
using Sandbox.Launch;
using Sandbox.Native;

namespace Sandbox.Runtime;

/// <summary>From a request to a running process, or to an exception that says why not and leaves nothing behind.</summary>
public static class HardenedLauncher
{
    /// <summary>
    /// Starts a program. Returns once it runs and every protection is read back. What <paramref name="follow"/> attaches gets every byte
    /// of its output: it is called before the first is read.
    /// </summary>
    public static HardenedProcess Start(LaunchRequest request, Action<HardenedProcess>? follow = null)
    {
        var limits = RunLimits.Create(request.Profile);
        try
        {
            return Start(PreparedLaunch.Create(request with { Profile = limits.Profile }), limits, follow);
        }
        catch
        {
            limits.Remove();
            throw;
        }
    }

    /// <summary>The ordered plan of a launch, as text; nothing is started.</summary>
    public static IReadOnlyList<string> Preview(LaunchRequest request) => [.. PreparedLaunch.Create(request).Preview()];

    internal static HardenedProcess Start(PreparedLaunch prepared) => Start(prepared, RunLimits.None(prepared.Request.Profile));

    private static HardenedProcess Start(PreparedLaunch prepared, RunLimits limits, Action<HardenedProcess>? follow = null)
    {
        var request = prepared.Request;
        var pipes = new StdioPipes(request.Input is not null);
        LaunchedSandbox? launched = null;
        try
        {
            var gate = new LaunchGate(prepared, limits);
            launched = SandboxLauncher.Start(prepared.Plan, prepared.Context.Descriptors, pipes.Theirs, gate, prepared.Context.Profile.NewSession);
            pipes.CloseTheirs();
            if (!launched.Running || Refused(gate, request)) throw Failure(prepared, launched, gate);
            var supervisor = new SandboxSupervisor(launched, pipes, limits, gate.Supervise(launched.Listener), prepared.Context.Profile.OutputLimit, request.Input);
            var process = new HardenedProcess(prepared, launched, gate, supervisor);
            SandboxRegistry.Add(process, supervisor);
            launched.ForgetPlan();
            follow?.Invoke(process);
            supervisor.Begin(prepared.Context.Profile.Timeout is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
            return process;
        }
        catch
        {
            launched?.Abort();
            pipes.Dispose();
            throw;
        }
    }

    // Rows that only show after the exec (the filter, the effective capabilities) can still refuse the run: the tree is killed then,
    // before a byte of its output is taken.
    private static bool Refused(LaunchGate gate, LaunchRequest request) =>
        (request.Profile.FailClosed && gate.Outcome!.Missing.Any()) || LevelRule.Judge(request.Profile.Tier, gate.Outcome!.Rows) < request.RequireLevel;

    private static SandboxException Failure(PreparedLaunch prepared, LaunchedSandbox launched, LaunchGate gate)
    {
        if (gate.Failure is { } failure) return failure;
        var outcome = gate.Outcome ?? new OutcomeBuilder(prepared, launched.Memory);
        // Steps behind the gate may have failed since it was judged; what it confirmed stays.
        if (!launched.Running) outcome.Judge(null, afterExec: gate.Outcome is not null);
        var rows = outcome.Rows;
        var failed = rows.Where(r => r.Status == OutcomeStatus.Failed && r.Requested).ToArray();
        if (failed.Length > 0)
        {
            var first = failed[0];
            var list = string.Join("; ", failed.Select(r => $"{r.Name}: {(r.ErrnoName is null ? r.Detail : $"{r.Syscall} gave {r.ErrnoName}")}"));
            return new HardeningException($"{first.Syscall ?? first.Name},{first.ErrnoName ?? "NOT_IN_FORCE"}", SandboxErrorKind.SecurityError, $"{prepared.Path} was not started: {list}.", first.Remedy ?? "Use -BestEffort to run without it, knowing what is missing.", rows);
        }

        var exec = launched.Memory.Result(prepared.Plan.Steps[^1]);
        if (exec < 0 && exec > -4096) return ExecFailure.Describe(prepared, -exec, rows);
        var level = LevelRule.Judge(prepared.Context.Profile.Tier, rows);
        if (level < prepared.Request.RequireLevel) return new HardeningException("RequireLevel,NOT_REACHED", SandboxErrorKind.SecurityError, $"{prepared.Path} was not started: level {level} is below the required {prepared.Request.RequireLevel}.", "See the outcome rows for what is missing.", rows);
        var plumbing = prepared.Plan.Steps.FirstOrDefault(s => launched.Memory.Result(s) is var r && r < 0 && r > -4096 && s.Expect == 0);
        return new HardeningException($"{plumbing?.Call.Name ?? "launcher"},{(plumbing is null ? "ENDED" : Errno.Name(-launched.Memory.Result(plumbing)))}", SandboxErrorKind.SecurityError, $"{prepared.Path} was not started: {(plumbing is null ? "the launcher ended before its plan did" : $"{plumbing} failed")}.", "A memory or process limit of the machine may have ended the launcher: see the kernel log.", rows);
    }
}
