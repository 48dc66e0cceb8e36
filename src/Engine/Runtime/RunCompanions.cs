using Sandbox.Network;
using Sandbox.Tracing;
using Sandbox.Violations;

namespace Sandbox.Runtime;

/// <summary>What goes along with a run, each only where it was asked for.</summary>
internal sealed class RunCompanions
{
    public static RunCompanions None { get; } = new();

    /// <summary>What counts the calls.</summary>
    public SyscallRecorder? Recorder { get; private init; }

    /// <summary>What records the violations.</summary>
    public ViolationRecorder? Violations { get; private init; }

    /// <summary>The network that ends with the target.</summary>
    public SandboxNetwork? Network { get; private init; }

    /// <summary>What captures its packets.</summary>
    public RunCapture? Capture { get; private init; }

    public static RunCompanions Create(LaunchRequest request)
    {
        var capture = RunCapture.For(request);
        var recorder = request.TracePath is { } path ? new SyscallRecorder(path, Method(request)) : null;
        try
        {
            return new() { Recorder = recorder, Violations = request.RecordViolations ? new() : null, Network = SandboxNetwork.For(request.Profile), Capture = capture };
        }
        catch
        {
            recorder?.Abandon();
            throw;
        }
    }

    /// <summary>The run doesn't come about: nothing of them stays.</summary>
    public void Abandon()
    {
        try
        {
            Capture?.Abandon();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Its file can't be deleted; what keeps the launch from coming about is what is told.
        }

        Network?.Abandon();
        Recorder?.Abandon();
        Violations?.Abandon();
    }

    private static SeccompTraceMethod Method(LaunchRequest request) => request.TraceMethod switch
    {
        SeccompTraceMethod.Auto or SeccompTraceMethod.Notify => SeccompTraceMethod.Notify,
        SeccompTraceMethod.Ebpf => SeccompTraceMethod.Ebpf,
        var other => throw new SandboxException("Trace,METHOD", SandboxErrorKind.InvalidArgument, $"A run can't be traced by the method {other}: its calls aren't logged.", "Use Notify, or as root Ebpf; Start-SeccompTrace records by Log."),
    };
}
