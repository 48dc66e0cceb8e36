using System.Diagnostics;
using Sandbox.Capture;
using Sandbox.Native;

namespace Sandbox.Runtime;

/// <summary>The capture of one run's packets: its ring is open before the target's first instruction, and is emptied after the end of its last process.</summary>
internal sealed class RunCapture
{
    // Connections that the target has left behind close by themselves, in the time that their packets take.
    private static readonly TimeSpan Closing = TimeSpan.FromMilliseconds(500), Step = TimeSpan.FromMilliseconds(2);
    private readonly string _path, _comment;
    private readonly PacketCaptureOptions _options;
    private NetworkNamespace? _space;

    private RunCapture(string path, PacketCaptureOptions options, string comment) => (_path, _options, _comment) = (path, options, comment);

    /// <summary>The capture, once it runs.</summary>
    public PacketCapture? Session { get; private set; }

    public static RunCapture? For(LaunchRequest request)
    {
        if (request.CapturePath is not { } path) return null;
        var network = request.Profile.Network;
        if (network == NetworkMode.Host) throw new SandboxException("PacketCapture,HOST_NETWORK", SandboxErrorKind.InvalidArgument, "-CapturePath needs a network of the sandbox's own: on the host's, its packets are among everybody's.", "Use -Network Nat or None, or Start-PacketCapture -Interface.");
        if (request.CaptureView != CaptureView.Child && network != NetworkMode.Nat) throw CaptureFailure.View($"with -Network {network} this host translates no addresses");
        return new(path, new() { View = request.CaptureView, Network = network, ProcessAttribution = request.CaptureProcesses, ProcessInformation = request.CaptureProcessInformation }, $"{request.FilePath} {string.Join(' ', request.Arguments)}".TrimEnd());
    }

    /// <summary>Opens the ring in the target's network.</summary>
    public void Start(int targetPid)
    {
        _space = NetworkNamespace.Of(targetPid);
        Session = PacketCapture.Start(_options with { ProcessId = targetPid }, _path, new(), _comment);
    }

    /// <summary>The target has ended: what is on its way is awaited, and then written. What went wrong is the session's Failure.</summary>
    public void Finish()
    {
        try
        {
            var time = Stopwatch.StartNew();
            while (_space is { } space && Session!.State == PacketCaptureState.Running && time.Elapsed < Closing && space.Run(AnyCloses)) Thread.Sleep(Step);
        }
        finally
        {
            Close(); // also where the namespace can't be asked
        }
    }

    /// <summary>The target never ran: there is no file of it.</summary>
    public void Abandon()
    {
        Close();
        foreach (var file in Session?.Files ?? []) File.Delete(file);
    }

    private void Close()
    {
        Session?.Dispose();
        Interlocked.Exchange(ref _space, null)?.Dispose();
    }

    // Of the calling thread's namespace: FIN_WAIT1, FIN_WAIT2, LAST_ACK, CLOSING (include/net/tcp_states.h).
    private static bool AnyCloses() => new[] { "tcp", "tcp6" }.Select(f => "/proc/thread-self/net/" + f).Where(File.Exists)
        .SelectMany(File.ReadLines).Skip(1).Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Any(f => f.Length > 3 && f[3] is "04" or "05" or "09" or "0B");
}
