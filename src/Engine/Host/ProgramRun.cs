using System.Globalization;
using System.Text;
using Sandbox.Launch;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Host;

/// <summary>
/// A run of a helper program at the end of a plan, with a bound on its time. Started by the launcher it has every signal at its default
/// (pasta takes an inherited SIG_IGN for an error), and its tree ends with it.
/// </summary>
internal sealed class ProgramRun : ILaunchGate
{
    // Some, such as pasta without a usable /dev/net/tun, hang and ignore SIGTERM.
    private const int BoundMilliseconds = 1000;

    private ProgramRun()
    {
    }

    /// <summary>Null where the program ended with 0; else what it or its set-up did.</summary>
    public static ProbeFailure? Try(ProbePlan setUp, string path, params string[] arguments) => Try(setUp, path, arguments, out _);

    /// <summary>Null where the program ended with 0; else what it or its set-up did. The output is what it wrote to both streams.</summary>
    public static ProbeFailure? Try(ProbePlan setUp, string path, string[] arguments, out string output)
    {
        var w = setUp.Writer;
        w.Call(Syscall.Operation("fork", PlanFormat.OperationFork));
        // The launcher's own descriptors would tell of the exec only at the program's end.
        w.Call(Syscall.CloseRange, 3, PlanArgument.Value(0xffffffff, "~0"), PlanArgument.Value(4, "CLOSE_RANGE_CLOEXEC"));
        setUp.AwaitLook();
        w.Call(Syscall.SetProcessMask, PlanArgument.Value(2, "SIG_SETMASK"), w.Bytes(new byte[8], "{}"), 0, 8);
        w.Call(Syscall.Execve, w.Text(path), w.Texts([path, .. arguments], string.Join(' ', arguments)), w.Texts(["PATH=/usr/sbin:/usr/bin:/sbin:/bin"], "PATH"));
        var (read, write) = FileDescriptor.Pipe();
        using (read)
        {
            var failure = Run(w.Build(), write, path);
            output = Text(read);
            return failure is { Errno: 0 } && output.Length > 0 ? failure with { Text = $"{failure.Text}: {output.Split('\n')[^1]}" } : failure;
        }
    }

    private static ProbeFailure? Run(LaunchPlan plan, FileDescriptor write, string path)
    {
        using var nothing = FileDescriptor.Open("/dev/null", LibC.O_RDWR);
        LaunchedSandbox launched;
        using (write) launched = SandboxLauncher.Start(plan, new(), new(nothing, write, write), new ProgramRun(), newSession: true);
        using (launched)
        {
            if (!launched.Running)
            {
                launched.ReapInit();
                return ProbeFailure.First(plan, launched.Memory) ?? new($"{path} didn't start", 0);
            }

            // The reaper's end is the whole tree's, with the status that it left.
            var ended = launched.Init is not { } init || Readiness.Await(init, BoundMilliseconds);
            if (!ended) launched.Kill();
            launched.ReapInit();
            if (!ended) return new($"{path} didn't end within {BoundMilliseconds} ms and was killed", Errno.ETIMEDOUT);
            var status = launched.Memory.WaitStatus;
            return launched.Memory.StatusKnown && status == 0 ? null
                : new(string.Create(CultureInfo.InvariantCulture, $"{path} ended with {((status & 0x7f) == 0 ? $"exit code {status >> 8}" : $"signal {status & 0x7f}")}"), 0);
        }
    }

    private static unsafe string Text(FileDescriptor read)
    {
        var buffer = stackalloc byte[4096];
        var length = (int)(long)LibC.read(read.NonBlocking().Number, buffer, 4096);
        return length <= 0 ? "" : Encoding.UTF8.GetString(buffer, length).Trim();
    }

    void ILaunchGate.MapIdentity(int launcherPid)
    {
    }

    bool ILaunchGate.Verify(int targetPid, int initPid, PlanMemory memory) => true;

    void ILaunchGate.AfterExec(int targetPid)
    {
    }
}
