using Sandbox.Launch;
using Sandbox.Native;

namespace Sandbox.Tests.Launch;

/// <summary>Runs a hand-written plan through the launcher.</summary>
internal sealed class PlanRun : IDisposable
{
    private PlanRun(LaunchedSandbox sandbox) => Sandbox = sandbox;

    public LaunchedSandbox Sandbox { get; }

    public PlanMemory Memory => Sandbox.Memory;

    public static PlanRun Start(PlanWriter writer, ILaunchGate? gate = null, TimeSpan? deadline = null)
    {
        using var nothing = FileDescriptor.Open("/dev/null", 2);
        return new(SandboxLauncher.Start(writer.Build(), new(), new(nothing, nothing, nothing), gate ?? new OpenGate(), newSession: true, deadline));
    }

    /// <summary>Adds the execve of a program without variables.</summary>
    public static PlanStep Exec(PlanWriter w, params string[] command) =>
        w.Call(Syscall.Execve, w.Text(command[0]), w.Texts(command, "argv"), w.Texts([], "envp"));

    public static void Fork(PlanWriter w) => w.Call(Syscall.Operation("fork", PlanFormat.OperationFork));

    public static void Gate(PlanWriter w) => w.Call(Syscall.Operation("gate", PlanFormat.OperationGate), PlanFormat.MessageReady, PlanFormat.GateRun);

    public void Dispose() => Sandbox.Abort();

    /// <summary>Lets everything pass.</summary>
    internal sealed class OpenGate : ILaunchGate
    {
        public bool Answer { get; init; } = true;

        public TimeSpan Takes { get; init; }

        public void MapIdentity(int launcherPid)
        {
        }

        public bool Verify(int targetPid, int initPid, PlanMemory memory)
        {
            Thread.Sleep(Takes);
            return Answer;
        }

        public void AfterExec(int targetPid)
        {
        }
    }
}
