using Sandbox.Hardening;
using Sandbox.Launch;
using Sandbox.Runtime;

namespace Sandbox;

/// <summary>A program that runs, or ran, under protections. Its properties may be read at any time, from any thread.</summary>
public sealed class HardenedProcess
{
    private readonly SandboxSupervisor _supervisor;
    private readonly Lazy<Denials.LoggedKill> _ownKill;

    internal HardenedProcess(PreparedLaunch prepared, LaunchedSandbox launched, LaunchGate gate, SandboxSupervisor supervisor)
    {
        _supervisor = supervisor;
        Id = launched.TargetPid;
        InitId = launched.InitPid;
        Name = Path.GetFileName(prepared.Path);
        CommandLine = CommandLineText.Join([prepared.Path, .. prepared.Request.Arguments]);
        Profile = prepared.Context.Profile;
        TracePath = prepared.Request.TracePath;
        FilterLogs = prepared.Policy?.Flags.HasFlag(Seccomp.SeccompFilterFlags.Log) ?? false;
        Outcome = gate.Outcome!.Rows;
        Policy = prepared.Policy;
        Domain = Outcome.Any(r => r is { Name: "landlock" or "reaper_guard", Requested: true, Status: OutcomeStatus.Applied }) ? prepared.Context.Domain : null;
        _ownKill = new(() => Sandbox.Denials.LoggedKill.Find(Id, StartTime));
        Level = LevelRule.Judge(Profile.Tier, Outcome);
    }

    /// <summary>The target's process id on the host.</summary>
    public int Id { get; }

    /// <summary>The program's name.</summary>
    public string Name { get; }

    /// <summary>The program and its arguments, quoted as a shell would take them.</summary>
    public string CommandLine { get; }

    /// <summary>The profile as it was applied, with every override.</summary>
    public HardeningProfile Profile { get; }

    /// <summary>How much of what was asked for is in force.</summary>
    public HardeningLevel Level { get; }

    /// <summary>One row per protection.</summary>
    public IReadOnlyList<HardeningOutcome> Outcome { get; }

    /// <summary>When the program was executed.</summary>
    public DateTimeOffset StartTime { get; } = DateTimeOffset.Now;

    /// <summary>When the last process of the tree had ended; null while it runs.</summary>
    public DateTimeOffset? ExitTime => _supervisor.Ending?.Time;

    /// <summary>Whether the whole tree has ended.</summary>
    public bool HasExited => _supervisor.Ending is not null;

    /// <summary>The exit code; null while it runs and where a signal ended it.</summary>
    public int? ExitCode => _supervisor.Ending?.ExitCode;

    /// <summary>The signal that ended it, such as <c>SIGSYS</c>; null where none did.</summary>
    public string? Signal => _supervisor.Ending?.Signal is { } number ? SignalNames.Name(number) : null;

    /// <summary>The number of <see cref="Signal"/>.</summary>
    public int? SignalNumber => _supervisor.Ending?.Signal;

    /// <summary>Whether a core was dumped.</summary>
    public bool CoreDumped => _supervisor.Ending?.CoreDumped ?? false;

    /// <summary>Whether the time limit ended it.</summary>
    public bool TimedOut => _supervisor.TimedOut;

    /// <summary>Whether the kernel killed a process of it for lack of memory within its cgroup.</summary>
    public bool OutOfMemory => _supervisor.Ending?.OutOfMemory ?? false;

    /// <summary>The standard output so far, as UTF-8; head and tail where it was longer than the output limit.</summary>
    public string StandardOutput => _supervisor.Output.ToText();

    /// <summary>The standard error so far, as UTF-8; head and tail where it was longer than the output limit.</summary>
    public string StandardError => _supervisor.Error.ToText();

    /// <summary>The kept bytes of the standard output.</summary>
    public byte[] GetStandardOutputBytes() => _supervisor.Output.ToArray();

    /// <summary>The kept bytes of the standard error.</summary>
    public byte[] GetStandardErrorBytes() => _supervisor.Error.ToArray();

    /// <summary>Whether bytes of either stream were dropped.</summary>
    public bool OutputTruncated => DroppedOutputBytes > 0;

    /// <summary>How many bytes of both streams were dropped.</summary>
    public long DroppedOutputBytes => _supervisor.Output.Dropped + _supervisor.Error.Dropped;

    /// <summary>The system calls that its policy refused or logged, each kind with its count.</summary>
    public IReadOnlyList<SeccompDenialCount> Denials => _supervisor.Seccomp?.Denials.Counts ?? [];

    /// <summary>
    /// The denied call for which seccomp ended this process: its policy, or a filter that the program set itself, of which the kernel's
    /// log tells, and only to one with CAP_SYSLOG. Null where neither ended it, and where <see cref="KilledByFailure"/> says why it isn't known.
    /// </summary>
    public SeccompDenial? KilledBy => _supervisor.Seccomp?.Denials.Fatal is { } fatal && fatal.ProcessId == Id ? fatal : OwnKill?.Denial;

    /// <summary>Why the call that ended it with SIGSYS isn't known; null where it is, and where nothing of the kind ended it.</summary>
    public SandboxException? KilledByFailure => KilledBy is null ? OwnKill?.Failure : null;

    /// <summary>The denials so far, each whole: the first ones in their order, then one object for each kind that came again.</summary>
    public IReadOnlyList<SeccompDenial> GetDenials() => _supervisor.Seccomp?.Denials.Kept ?? [];

    /// <summary>What it used; null while it runs, and where it was ended before its usage could be taken.</summary>
    public ResourceUsage? Usage => _supervisor.Ending?.Usage;

    /// <summary>Waits for the whole tree to end.</summary>
    public bool Wait(TimeSpan timeout, CancellationToken cancellation = default) => _supervisor.Wait(timeout, cancellation);

    /// <summary>
    /// Ends it: a signal to the target, and after the grace period SIGKILL to the whole tree. Without a grace period the tree is
    /// killed at once. Returns when nothing of it is left.
    /// </summary>
    public void Stop(TimeSpan grace, int signal = 15, CancellationToken cancellation = default)
    {
        if (HasExited) return;
        if (grace > TimeSpan.Zero)
        {
            _supervisor.Signal(signal);
            if (Wait(grace, cancellation)) return;
        }

        _supervisor.Kill();
        Wait(Timeout.InfiniteTimeSpan, cancellation);
    }

    /// <summary>The file into which its system calls are counted; null where it isn't traced.</summary>
    public string? TracePath { get; }

    /// <summary>The system calls so far of a traced process and of all that it started.</summary>
    public IReadOnlyList<Tracing.SyscallCount> GetSyscallCounts() => _supervisor.Companions.Recorder?.Counts ?? [];

    /// <summary>What kept the trace from being written, or whole; null where nothing did.</summary>
    public SandboxException? TraceFailure => _supervisor.Companions.Recorder is not { } recorder ? null : recorder.Failure ?? (recorder.Lost == 0 ? null
        : new("Trace,NOT_COUNTED", SandboxErrorKind.ResourceUnavailable, $"{recorder.Lost} calls or processes were not counted, for want of memory in the kernel: the trace may lack calls.", "Run it again, or with -TraceMethod Notify."));

    /// <summary>
    /// What ended its network before it ended itself: under -Network Nat another program took its rules away, and it was disconnected.
    /// Null where nothing did.
    /// </summary>
    public SandboxException? NetworkFailure => (_supervisor.Companions.Network as Sandbox.Network.NatNetwork)?.Failure;

    /// <summary>Whether the kernel logs what its filter does.</summary>
    internal bool FilterLogs { get; }

    private Denials.LoggedKill? OwnKill => Signal == "SIGSYS" ? _ownKill.Value : null;

    /// <summary>What kept its violations from being recorded whole; null where nothing did, and where they aren't recorded.</summary>
    public SandboxException? ViolationFailure => ViolationRecorder?.Failure;

    /// <summary>
    /// The calls that something refused, of this process and all that it started, where they are recorded: the first 65,536. Of a process
    /// that has ended all are there.
    /// </summary>
    public IReadOnlyList<SandboxViolation> GetViolations() => ViolationRecorder?.From(0) ?? [];

    /// <summary>Whether its violations are recorded.</summary>
    public bool RecordsViolations => ViolationRecorder is not null;

    /// <summary>Recorded violations beyond the first 65,536: they are counted and not kept.</summary>
    public long ViolationsNotKept => ViolationRecorder?.NotKept ?? 0;

    /// <summary>Violations that were lost since their recorder was too slow.</summary>
    public long ViolationsDropped => ViolationRecorder?.Counts.Dropped ?? 0;

    /// <summary>Processes and threads of it that couldn't be followed, for want of memory: what was refused to them isn't recorded.</summary>
    public long ViolationsUnfollowed => ViolationRecorder?.Counts.Unfollowed ?? 0;

    /// <summary>The capture of its packets; null where they aren't captured.</summary>
    public Sandbox.Capture.PacketCapture? Capture => _supervisor.Companions.Capture?.Session;

    /// <summary>The policy of its filter; null where it has none.</summary>
    internal Seccomp.SeccompPolicy? Policy { get; }

    /// <summary>The Landlock domain that is in force; null for none.</summary>
    internal LandlockRuleset? Domain { get; }

    /// <summary>What it saw when it was released, where its violations are recorded; null once they are all known.</summary>
    internal Violations.TargetSnapshot? Snapshot => ViolationRecorder?.Snapshot;

    internal Violations.ViolationRecorder? ViolationRecorder => _supervisor.Companions.Violations;

    /// <summary>The id on the host of what everything of it that lost its parent belongs to; 0 where it has none.</summary>
    internal int InitId { get; }

    internal Tracing.SyscallRecorder? Recorder => _supervisor.Companions.Recorder;

    internal Denials.DenialHub? DenialHub => _supervisor.Seccomp?.Denials;

    /// <summary>Follows the output from its beginning, as far as it is kept.</summary>
    internal OutputQueue Follow(bool output, bool error) => _supervisor.Follow(Id, output, error);

    internal void Unfollow(OutputQueue queue) => _supervisor.Unfollow(queue);

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Id})";
}
