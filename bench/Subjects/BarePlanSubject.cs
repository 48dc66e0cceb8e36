using System.Diagnostics;
using Sandbox.Hardening;
using Sandbox.Launch;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Bench.Subjects;

/// <summary>Our launcher with a plan of nothing but Strict's namespaces and the exec; built once, nothing read back.</summary>
internal sealed class BarePlanSubject(string stamp) : Subject("our launcher, the same namespaces and nothing else")
{
    private readonly FileDescriptor _nothing = FileDescriptor.Open("/dev/null", LibC.O_RDWR);

    public override double RunWhole() => Run(Workplace.TrueProgram).Whole;

    public override double RunToMain() => Run(stamp).ToMain;

    private static (LaunchPlan Plan, PlanContext Context) Build(string program)
    {
        var profile = BuiltInProfiles.Strict;
        var c = new PlanContext { Profile = profile, Identity = LaunchIdentity.Current, Descriptors = new() };
        NamespaceSteps.Add(c);
        c.Plumbing("fork");
        c.Writer.Call(Syscall.Operation("fork", PlanFormat.OperationFork));
        ExecSteps.AddGate(c);
        ExecSteps.AddExec(c, program, [], TargetEnvironment.Build(profile, new Dictionary<string, string?>()));
        return (c.Writer.Build(), c);
    }

    private unsafe (double ToMain, double Whole) Run(string program)
    {
        var (plan, context) = Build(program);
        var begun = Stopwatch.GetTimestamp();
        var (read, write) = FileDescriptor.Pipe();
        using (read)
        {
            using var launched = SandboxLauncher.Start(plan, context.Descriptors, new(_nothing, write, _nothing), new Gate(context), newSession: true);
            write.Dispose();
            if (!launched.Running) throw new InvalidOperationException($"{Name} did not run its program.");
            long at = 0;
            if (program == stamp) LibC.read(read.Number, &at, 8);
            launched.ReapInit();
            return (Stopwatch.GetElapsedTime(begun, at).TotalMilliseconds, Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }
    }

    private sealed class Gate(PlanContext context) : ILaunchGate
    {
        public void MapIdentity(int launcherPid) => IdentityMap.Write(launcherPid, context.Identity, context.Profile.Identity);

        public bool Verify(int targetPid, int initPid, PlanMemory memory) => true;

        public void AfterExec(int targetPid)
        {
        }
    }
}
