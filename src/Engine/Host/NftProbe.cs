using System.Globalization;
using Sandbox.Hardening;
using Sandbox.Launch;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Host;

/// <summary>nft(8) makes a table in a network namespace of its own: the program and the kernel's nf_tables at once, without a trace on the host.</summary>
internal sealed class NftProbe : ILaunchGate
{
    private const int BoundMilliseconds = 1000;

    public static ProbeResult Try(HostState state)
    {
        if (state.FindProgram("nft") is not { } path) return ProbeResult.No("nft is in no directory of PATH, /usr/sbin or /sbin", Errno.ENOENT, state.Install("nftables"));
        // As id 0 of its user namespace nft keeps the capabilities over execve(2) (capabilities(7)).
        var plan = new ProbePlan().OwnUser(inside: 0).Unshare(0x40000000, "CLONE_NEWNET");
        var w = plan.Writer;
        w.Call(Syscall.Operation("fork", PlanFormat.OperationFork));
        plan.AwaitLook();
        w.Call(Syscall.SetProcessMask, PlanArgument.Value(2, "SIG_SETMASK"), w.Bytes(new byte[8], "{}"), 0, 8);
        string[] arguments = [path, "add", "table", "inet", "sandbox"];
        w.Call(Syscall.Execve, w.Text(path), w.Texts(arguments, string.Join(' ', arguments)), w.Texts([], "no variables"));
        var (read, write) = FileDescriptor.Pipe();
        using (read)
        {
            return Run(state, w.Build(), read, write, path);
        }
    }

    private static ProbeResult Run(HostState state, LaunchPlan plan, FileDescriptor read, FileDescriptor write, string path)
    {
        using var nothing = FileDescriptor.Open("/dev/null", LibC.O_RDWR);
        LaunchedSandbox launched;
        using (write) launched = SandboxLauncher.Start(plan, new(), new(nothing, write, write), new NftProbe(), newSession: true);
        using (launched)
        {
            if (!launched.Running)
            {
                launched.ReapInit();
                var failure = ProbeFailure.First(plan, launched.Memory) ?? new("nft didn't start", 0);
                return failure.ToResult(NamespaceRemedy.For(state, failure, "network"));
            }

            var ended = Ended(launched);
            if (!ended) launched.Kill();
            launched.ReapInit();
            if (!ended) return ProbeResult.No($"{path} didn't end within {BoundMilliseconds} ms and was killed", Errno.ETIMEDOUT, $"Run '{path} list ruleset' to see why.");
            var status = launched.Memory.WaitStatus;
            return status == 0 ? ProbeResult.Yes($"{path} made a table in an own network namespace")
                : ProbeResult.No(string.Create(CultureInfo.InvariantCulture, $"{path} ended with status {status >> 8}: {Text(read)}"), 0, $"The kernel needs nf_tables: modprobe nf_tables, or one with CONFIG_NF_TABLES and CONFIG_NF_TABLES_INET (this is {state.Kernel}).");
        }
    }

    // The reaper's end: the target's, with what it left.
    private static bool Ended(LaunchedSandbox launched) => launched.Init is not { } init || Readiness.Await(init, BoundMilliseconds);

    private static unsafe string Text(FileDescriptor read)
    {
        var buffer = stackalloc byte[1024];
        var length = (int)(long)LibC.read(read.NonBlocking().Number, buffer, 1024);
        return length <= 0 ? "it wrote nothing" : System.Text.Encoding.UTF8.GetString(buffer, length).Split('\n')[0];
    }

    void ILaunchGate.MapIdentity(int launcherPid)
    {
    }

    bool ILaunchGate.Verify(int targetPid, int initPid, PlanMemory memory) => true;

    void ILaunchGate.AfterExec(int targetPid)
    {
    }
}
