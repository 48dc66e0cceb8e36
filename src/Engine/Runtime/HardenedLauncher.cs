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
        RunCompanions? companions = null;
        HardenedProcess process;
        SandboxSupervisor supervisor;
        try
        {
            var prepared = PreparedLaunch.Create(request with { Profile = limits.Profile });
            companions = RunCompanions.Create(request);
            (process, supervisor) = Launch(prepared, limits, companions);
        }
        catch
        {
            limits.Remove();
            companions?.Abandon();
            throw;
        }

        // From here on the supervisor has all of it.
        Begin(process, supervisor, limits.Profile, follow);
        return process;
    }

    /// <summary>The ordered plan of a launch, as text; nothing is started.</summary>
    public static IReadOnlyList<string> Preview(LaunchRequest request) => [.. PreparedLaunch.Create(request).Preview()];

    internal static HardenedProcess Start(PreparedLaunch prepared)
    {
        var (process, supervisor) = Launch(prepared, RunLimits.None(prepared.Request.Profile), RunCompanions.None);
        Begin(process, supervisor, prepared.Context.Profile, null);
        return process;
    }

    private static void Begin(HardenedProcess process, SandboxSupervisor supervisor, HardeningProfile profile, Action<HardenedProcess>? follow)
    {
        try
        {
            follow?.Invoke(process);
        }
        catch
        {
            supervisor.Begin(TimeSpan.Zero); // its time is over at once
            throw;
        }

        supervisor.Begin(profile.Timeout is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
    }

    private static (HardenedProcess Process, SandboxSupervisor Supervisor) Launch(PreparedLaunch prepared, RunLimits limits, RunCompanions companions)
    {
        var request = prepared.Request;
        var pipes = new StdioPipes(request.Input is not null);
        LaunchedSandbox? launched = null;
        try
        {
            var gate = new LaunchGate(prepared, limits, companions);
            launched = SandboxLauncher.Start(prepared.Plan, prepared.Context.Descriptors, pipes.Theirs, gate, prepared.Context.Profile.NewSession);
            pipes.CloseTheirs();
            if (!launched.Running || Refused(gate, request)) throw LaunchFailure.Describe(prepared, launched, gate);
            var supervisor = new SandboxSupervisor(launched, pipes, limits, gate.Supervise(launched.Listener), prepared.Context.Profile.OutputLimit, request.Input) { Companions = companions };
            var process = new HardenedProcess(prepared, launched, gate, supervisor);
            companions.Violations?.Begin(process);
            SandboxRegistry.Add(process, supervisor);
            launched.ForgetPlan();
            return (process, supervisor);
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
}
