using System.Globalization;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Launch;

/// <summary>Starts a plan: spawns the launcher, serves its gates, and returns what became of it.</summary>
internal static class SandboxLauncher
{
    /// <summary>How long a sandbox may take to set itself up; what a gate does meanwhile has bounds of its own.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>Runs a plan up to the exec of its target, or to its failure: <see cref="LaunchedSandbox.Running"/> tells.</summary>
    public static LaunchedSandbox Start(LaunchPlan plan, LaunchDescriptors descriptors, LaunchStdio stdio, ILaunchGate gate, bool newSession, TimeSpan? deadline = null)
    {
        var launched = new LaunchedSandbox(plan, new PlanMemory(plan, descriptors.ControlNumber), new ControlSocket());
        try
        {
            var (execRead, execWrite) = FileDescriptor.Pipe();
            using (execRead)
            {
                var pid = Spawn(launched, descriptors, stdio, execWrite, newSession);
                Serve(launched, gate, pid, execRead, deadline ?? Deadline);
            }

            return launched;
        }
        catch
        {
            launched.Abort();
            throw;
        }
    }

    private static int Spawn(LaunchedSandbox launched, LaunchDescriptors descriptors, LaunchStdio stdio, FileDescriptor execWrite, bool newSession)
    {
        var copies = new List<FileDescriptor>();
        try
        {
            // Copies above every number that the child gives out: one dup2 can't overwrite the source of the next.
            FileDescriptor Copy(FileDescriptor source)
            {
                copies.Add(source.DuplicateAbove(descriptors.End));
                return copies[^1];
            }

            var pairs = new List<(int, int)>
            {
                (Copy(stdio.Input).Number, 0), (Copy(stdio.Output).Number, 1), (Copy(stdio.Error).Number, 2),
                (Copy(launched.Memory.File).Number, descriptors.PlanNumber),
                (Copy(launched.Control.Theirs).Number, descriptors.ControlNumber),
                (Copy(execWrite).Number, descriptors.ExecNumber),
            };
            foreach (var owner in descriptors.IdMapOwners) pairs.Add((Copy(IdMapNamespace.Get(owner, descriptors.IdMapHostId)).Number, descriptors.IdMapNumber(owner)));
            foreach (var passed in descriptors.Passed) pairs.Add((passed, passed));
            copies.Add(LauncherImage.Instance.DuplicateAbove(descriptors.End));
            var pid = PosixSpawn.Start(
                $"/proc/self/fd/{copies[^1].Number}",
                ["sandbox-launcher", descriptors.PlanNumber.ToString(CultureInfo.InvariantCulture), launched.Plan.Size.ToString(CultureInfo.InvariantCulture)],
                pairs,
                newSession);
            launched.LauncherPid = pid;
            return pid;
        }
        finally
        {
            foreach (var copy in copies) copy.Dispose();
            execWrite.Dispose();
            launched.Control.Theirs.Dispose();
        }
    }

    // Three things can happen while a sandbox sets itself up: a message, the end of every holder of the exec pipe, or nothing.
    private static void Serve(LaunchedSandbox launched, ILaunchGate gate, int launcherPid, FileDescriptor execRead, TimeSpan deadline)
    {
        var end = Environment.TickCount64 + (long)deadline.TotalMilliseconds;
        while (true)
        {
            var (message, ended, refused) = Poll(launched.Control.Number, execRead.Number, launched.Listener?.Number ?? -1, end);
            if (message && launched.Control.Receive() is { } received)
            {
                var handed = Environment.TickCount64;
                Handle(launched, gate, launcherPid, received);
                end += Environment.TickCount64 - handed;
                continue;
            }

            if (!message && !ended && refused)
            {
                // The filter refuses the exec itself: without an answer it would never return.
                gate.AnswerRefusal(launched.Listener!);
                continue;
            }

            if (!message && !ended) throw new SandboxException("Launch,ETIMEDOUT", SandboxErrorKind.OperationTimeout, $"The sandbox was not set up within {deadline.TotalSeconds:0.#} s.", "Look for a hung file system below the paths of the profile.");
            break;
        }

        launched.AdoptInit();
        launched.Running = launched.TargetPid != 0 && launched.ExecSucceeded && launched.Supervisable;
        if (launched.Running) gate.AfterExec(launched.TargetPid);
        launched.Acknowledge();
    }

    private static void Handle(LaunchedSandbox launched, ILaunchGate gate, int launcherPid, (int Message, int Sender, FileDescriptor? Descriptor) received)
    {
        switch (received.Message)
        {
            case PlanFormat.MessageMapMe:
                gate.MapIdentity(launcherPid);
                launched.Memory.OpenGate(PlanFormat.GateMapped);
                break;
            case PlanFormat.MessageReady:
                launched.AdoptInit();
                launched.AdoptTarget(received.Sender);
                launched.Memory.OpenGate(gate.Verify(received.Sender, launched.InitPid, launched.Memory) ? PlanFormat.GateRun : PlanFormat.GateAbort);
                break;
            case PlanFormat.MessageListener:
                launched.Listener = received.Descriptor;
                break;
            default:
                received.Descriptor?.Dispose();
                throw new SandboxException("Launch,CONTROL_MESSAGE", SandboxErrorKind.InvalidOperation, $"Unknown message {received.Message} from the launcher.");
        }
    }

    private static unsafe (bool Message, bool Ended, bool Refused) Poll(int control, int exec, int listener, long end)
    {
        var polls = stackalloc pollfd[3];
        polls[0].fd = control;
        polls[1].fd = exec;
        polls[2].fd = listener;
        for (;;)
        {
            polls[0].events = polls[1].events = polls[2].events = (short)LibC.POLLIN;
            var left = end - Environment.TickCount64;
            if (left <= 0) return default;
            if (PollEvents.Wait(polls, 3, (int)left) == 0) continue;
            var message = (polls[0].revents & LibC.POLLIN) != 0;
            var ended = (polls[1].revents & (LibC.POLLIN | LibC.POLLHUP)) != 0;
            var refused = (polls[2].revents & LibC.POLLIN) != 0;
            if (message || ended || refused) return (message, ended, refused);
            polls[2].fd = -1; // no task has the filter any more: its end is told by the others
        }
    }
}
