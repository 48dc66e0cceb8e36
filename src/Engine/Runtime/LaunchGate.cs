using Sandbox.Hardening;
using Sandbox.Launch;
using Sandbox.Native;

namespace Sandbox.Runtime;

/// <summary>Our part of a launch: the id maps, the cgroups, the network, the read-backs, the verdict.</summary>
internal sealed class LaunchGate(PreparedLaunch prepared, RunLimits limits, RunCompanions companions) : ILaunchGate
{
    private OutcomeBuilder? _outcome;
    private Evidence? _evidence;
    private SeccompSupervisor? _seccomp;
    private int _targetPid;

    /// <summary>An exception of ours, kept: the launch ends in order first.</summary>
    public SandboxException? Failure { get; private set; }

    public OutcomeBuilder? Outcome => _outcome;

    public void MapIdentity(int launcherPid) => IdentityMap.Write(launcherPid, prepared.Context.Identity, prepared.Context.Profile.Identity);

    public bool Verify(int targetPid, int initPid, PlanMemory memory)
    {
        _targetPid = targetPid;
        _outcome = new(prepared, memory);
        _evidence = new(targetPid, prepared.Context, prepared.Plan, memory);
        try
        {
            _outcome.Extra.AddRange(limits.Apply(targetPid));
            if (companions.Network is { } network) _outcome.Extra.AddRange(network.Apply(targetPid));
            companions.Violations?.Follow(targetPid);
            companions.Recorder?.Follow(targetPid);
        }
        catch (SandboxException e)
        {
            Failure = e;
            return false;
        }

        _outcome.Judge(_evidence, afterExec: false);
        if (prepared.Context.Profile.FailClosed && _outcome.MissingAtGate.Any()) return false;
        return (prepared.Request.RequireLevel is not { } required || LevelIfAllGoesWell() >= required) && Captures(targetPid);
    }

    // The last thing before the target runs: its network is there, and none of its packets is.
    private bool Captures(int targetPid)
    {
        try
        {
            companions.Capture?.Start(targetPid);
            return true;
        }
        catch (SandboxException e)
        {
            Failure = e;
            return false;
        }
    }

    /// <summary>Who answers the refused calls: one for the whole run, so that no denial is counted apart.</summary>
    public SeccompSupervisor? Supervise(FileDescriptor? listener) => _seccomp ??= listener is not null && prepared.Policy is { } policy ? new(listener, policy, companions.Recorder) { SandboxId = _targetPid } : null;

    public void AnswerRefusal(FileDescriptor listener) => Supervise(listener)!.AnswerOne();

    public void AfterExec(int targetPid) => _outcome!.Judge(_evidence, afterExec: true);

    // Rows that only show after the exec are taken as in force here, and judged again when they show.
    private HardeningLevel LevelIfAllGoesWell()
    {
        var missing = _outcome!.MissingAtGate.Select(m => m.Name).ToHashSet();
        return LevelRule.Judge(prepared.Context.Profile.Tier, [.. _outcome.Rows.Select(r => missing.Contains(r.Name) || !r.Requested ? r : r with { Status = OutcomeStatus.Applied })]);
    }
}
