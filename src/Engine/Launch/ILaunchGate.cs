using Sandbox.Native;

namespace Sandbox.Launch;

/// <summary>The parent's part of a launch, done while the sandbox waits at its gates. An exception refuses the launch.</summary>
internal interface ILaunchGate
{
    /// <summary>The launcher is in its new user namespace: write its id maps.</summary>
    public void MapIdentity(int launcherPid);

    /// <summary>The target waits before its last steps: place it, attach to it, verify it. False: the target never runs.</summary>
    public bool Verify(int targetPid, int initPid, PlanMemory memory);

    /// <summary>The target has executed its program (or is a zombie that nobody has reaped): read back what only now shows.</summary>
    public void AfterExec(int targetPid);

    /// <summary>The filter refuses a call of the target before its exec is done: answer it.</summary>
    public void AnswerRefusal(FileDescriptor listener)
    {
    }
}
