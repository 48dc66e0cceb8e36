using System.Diagnostics;
using Sandbox.Hardening;
using Sandbox.Launch;
using Sandbox.Runtime;

namespace Sandbox.Bench;

/// <summary>Where the time of one launch goes, stage by stage, seen from the engine's side.</summary>
internal static class StageProfile
{
    public static void Run(Report report, Workplace place, int rounds)
    {
        foreach (var name in new[] { "Strict", "Standard" })
        {
            var stages = new Stages();
            var request = place.Request(name == "Strict" ? BuiltInProfiles.Strict : BuiltInProfiles.Standard, Workplace.TrueProgram);
            for (var i = 0; i < rounds + 20; i++)
            {
                var into = i < 20 ? new Stages() : stages; // the first ones compile
                Once(request, into);
            }

            report.Stages($"Stages of a {name} launch of {Workplace.TrueProgram}", stages);
        }
    }

    private static void Once(LaunchRequest request, Stages stages)
    {
        stages.Begin();
        var prepared = PreparedLaunch.Create(request);
        stages.Mark("plan: decide and build");
        var limits = RunLimits.None(request.Profile);
        var pipes = new StdioPipes(withInput: false);
        var gate = new TimedGate(new LaunchGate(prepared, limits, RunCompanions.None), stages);
        stages.Mark("pipes, gate");
        var launched = SandboxLauncher.Start(prepared.Plan, prepared.Context.Descriptors, pipes.Theirs, gate, prepared.Context.Profile.NewSession);
        stages.Mark("hand over the target");
        pipes.CloseTheirs();
        if (!launched.Running) throw new InvalidOperationException("The target didn't run.");
        var supervisor = new SandboxSupervisor(launched, pipes, limits, gate.Inner.Supervise(launched.Listener), prepared.Context.Profile.OutputLimit, null);
        var process = new HardenedProcess(prepared, launched, gate.Inner, supervisor);
        SandboxRegistry.Add(process, supervisor);
        supervisor.Begin(null);
        stages.Mark("supervisor, rows");
        process.Wait(Timeout.InfiniteTimeSpan);
        stages.Mark("program, tree's end, wake of the waiter");
        stages.End();
    }

    private sealed class TimedGate(LaunchGate inner, Stages stages) : ILaunchGate
    {
        public LaunchGate Inner => inner;

        public void MapIdentity(int launcherPid)
        {
            stages.Mark("encode, spawn, launcher to the map gate");
            inner.MapIdentity(launcherPid);
            stages.Mark("write id maps");
        }

        public bool Verify(int targetPid, int initPid, PlanMemory memory)
        {
            stages.Mark("namespaces, root, privileges to the gate");
            var result = inner.Verify(targetPid, initPid, memory);
            stages.Mark("read-back at the gate");
            return result;
        }

        public void AnswerRefusal(Native.FileDescriptor listener) => inner.AnswerRefusal(listener);

        public void AfterExec(int targetPid)
        {
            stages.Mark("filter, listener, exec");
            inner.AfterExec(targetPid);
            stages.Mark("read-back after the exec");
        }
    }
}
