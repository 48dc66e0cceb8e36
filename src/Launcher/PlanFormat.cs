namespace Sandbox.Launch;

/// <summary>
/// The layout of a launch plan in shared memory. Compiled into the engine and into the launcher, so that both agree.
/// All numbers are little-endian and naturally aligned; offsets are from the start of the plan.
/// </summary>
internal static class PlanFormat
{
    public const int Magic = 0x4E4C5053; // "SPLN"
    public const int Version = 1;

    // Header: written by the engine.
    public const int MagicAt = 0, VersionAt = 4, SizeAt = 8, StepCountAt = 12, StepsAt = 16, ResultsAt = 20;
    public const int RelocationsAt = 24, RelocationCountAt = 28, ControlFdAt = 32, ModeAt = 36, ListenerStepAt = 40, ScratchAt = 44;

    // Header: the gate is written by the engine, the rest by the launcher and its children.
    public const int GateAt = 64, InitPidAt = 68, TargetPidAt = 72, StatusKnownAt = 76, WaitStatusAt = 80;
    public const int UsageAt = 96; // struct rusage, 144 bytes
    public const int HeaderSize = 256;
    public const int ScratchSize = 4096;

    // A step of 80 bytes.
    public const int StepSize = 80;
    public const int StepFlagsAt = 0, StepTolerateAt = 2, StepRequiresAt = 4, StepKindsAt = 8, StepStoreAt = 12, StepNumberAt = 16, StepArgumentsAt = 24;

    public const int FlagFatal = 1;
    /// <summary>The call isn't made; the first argument, an errno, is its result.</summary>
    public const int FlagInject = 2;

    // Argument kinds, four bits each.
    public const int KindValue = 0, KindPointer = 1, KindResult = 2;

    // Modes.
    public const int ModeRun = 0, ModeJanitor = 1;

    // Negative step numbers are the launcher's own operations.
    /// <summary>clone(2) with the flags of argument 0 and CLONE_PARENT: the child goes on as PID 1, the launcher ends.</summary>
    public const int OperationInit = -1;
    /// <summary>fork: the parent stays as the reaper, the child goes on.</summary>
    public const int OperationFork = -2;
    /// <summary>Sends the byte of argument 0 to the engine and waits until the gate has the value of argument 1.</summary>
    public const int OperationGate = -3;

    // Results that aren't a call's: below every -errno.
    public const int NotReached = -2147483647, Skipped = -2147483646, Started = -2147483645;

    // Values of the gate word; the launcher waits for it to be at least what it needs.
    public const int GateClosed = 0, GateMapped = 1, GateRun = 2, GateVerified = 3, GateAbort = 100;

    // Bytes on the control socket.
    public const int MessageMapMe = 'U', MessageReady = 'R', MessageListener = 'L', MessageVerified = 'A', MessageKill = 'K';

    // How the launcher itself ends when a step failed.
    public const int ExitFailed = 126;
}
