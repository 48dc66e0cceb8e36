namespace Sandbox.Capture;

/// <summary>A capture of packets into a file, from its start to its stop.</summary>
public sealed class PacketCapture : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static int _last;
    private readonly CaptureLoop _loop;
    private readonly CapturePlan _plan;
    private readonly PacketCaptureOptions _options;

    private PacketCapture(PacketCaptureOptions options, CaptureLoop loop, CapturePlan plan, string path)
    {
        (_options, _loop, _plan, Path) = (options, loop, plan, path);
        Id = Interlocked.Increment(ref _last);
        // What is counted of the capture is counted of its first view.
        Views = [.. plan.Files.Select((f, i) => new CaptureViewFile(f.View, f.Path, f.Sink, i == 0 ? () => _loop.Counts : () => ((BothSinks)plan.Sink).OfEgress(_loop.Counts)))];
    }

    /// <summary>Its number in this session.</summary>
    public int Id { get; }

    /// <summary>Whether it runs.</summary>
    public PacketCaptureState State => !_loop.HasEnded ? PacketCaptureState.Running : _loop.Failure is null ? PacketCaptureState.Stopped : PacketCaptureState.Failed;

    /// <summary>The interface.</summary>
    public string Interface => _loop.Interface;

    /// <summary>The network namespace, where one was given.</summary>
    public string? NetworkNamespace => _options.NetworkNamespace;

    /// <summary>The process whose network namespace it is, where one was given.</summary>
    public int? ProcessId => _options.ProcessId;

    /// <summary>From where a sandbox's packets are seen; null for those of an interface, whatever it is.</summary>
    public CaptureView? View => _options.View;

    /// <summary>What has become of each view: of one, or with Both of two.</summary>
    public IReadOnlyList<CaptureViewFile> Views { get; }

    /// <summary>The filter.</summary>
    public string? Filter => _options.Filter;

    /// <summary>The most bytes of a packet that are kept.</summary>
    public int SnapLength => _options.SnapLength;

    /// <summary>The path that was given.</summary>
    public string Path { get; }

    /// <summary>The files, those of a view oldest first: more than one where it rotates, or with two views.</summary>
    public IReadOnlyList<string> Files => [.. _plan.Files.SelectMany(f => f.Sink.Files)];

    /// <summary>When it began.</summary>
    public DateTimeOffset StartTime { get; } = DateTimeOffset.Now;

    /// <summary>When it ended; null while it runs.</summary>
    public DateTimeOffset? EndTime => _loop.HasEnded ? _loop.EndTime : null;

    /// <summary>The packets that came; once it has ended, the sum of the three below.</summary>
    public long Received => _loop.Counts.Received;

    /// <summary>The packets that are in the files, those of the ring's deleted files included.</summary>
    public long Written => _loop.Counts.Written;

    /// <summary>The packets that were left out: by the filter before it was in force in the kernel, the outgoing half of loopback, and what came after the most packets.</summary>
    public long Filtered => _loop.Counts.Filtered;

    /// <summary>The packets that were lost.</summary>
    public long Dropped => _loop.Counts.Dropped;

    /// <summary>The packets of which the process is known; 0 without process attribution.</summary>
    public long Attributed => _loop.Attributed;

    /// <summary>The events of sockets that had no room: the process of packets around then isn't told.</summary>
    public long LostOwnerEvents => _loop.LostOwnerEvents;

    /// <summary>How many bytes were written.</summary>
    public long Bytes => _plan.Files.Sum(f => f.Sink.Bytes);

    /// <summary>The flows of the packets that were written so far, in the order in which they began; made anew each time it is read.</summary>
    public IReadOnlyList<PacketFlow> Flows => _plan.Flows.Snapshot();

    /// <summary>The packets that are in none of <see cref="Flows"/>, because there are no more than 65,536.</summary>
    public long PacketsUnlisted => _plan.Flows.PacketsUnlisted;

    /// <summary>The names of addresses that neither the flows nor the file's name blocks have, because there were more than 65,536, or more than 64 of one address.</summary>
    public long NamesUnlisted => _plan.Flows.NamesUnlisted;

    /// <summary>The SSLKEYLOGFILE, where one was given.</summary>
    public string? TlsKeyLog => _options.TlsKeyLog;

    /// <summary>How many keys of TLS were taken from it.</summary>
    public long TlsKeys => _plan.Files[0].Sink.Keys?.Keys ?? 0;

    /// <summary>How many weren't, because there were more than 64 MiB.</summary>
    public long TlsKeysLost => _plan.Files[0].Sink.Keys?.Lost ?? 0;

    /// <summary>What ended it before its time; null where nothing did.</summary>
    public SandboxException? Failure => _loop.Failure;

    /// <summary>Starts one. When this returns the ring takes packets; what keeps it from that is an exception, and no file is left.</summary>
    /// <param name="options">What is captured.</param>
    /// <param name="path">The file, which must not exist.</param>
    /// <param name="rotation">When another file is begun.</param>
    /// <param name="comment">A remark for the file.</param>
    public static PacketCapture Start(PacketCaptureOptions options, string path, CaptureRotation rotation, string? comment)
    {
        if (rotation.Files is not null && !rotation.IsOn)
        {
            throw new SandboxException("PacketCapture,RING", SandboxErrorKind.InvalidArgument, "A ring of files needs a size or a time at which another file is begun.", "Add -RotateSize or -RotateTime.");
        }

        if (rotation.Time < TimeSpan.FromSeconds(1))
        {
            throw new SandboxException("PacketCapture,ROTATE_TIME", SandboxErrorKind.InvalidArgument, "A file lasts a second at least.", "Give -RotateTime 1s or more.");
        }

        var plan = CapturePlan.Make(options, path, rotation, comment);
        try
        {
            var capture = new PacketCapture(options, CaptureLoop.Start(plan.Options, plan.Sink, options.ProcessId), plan, path);
            PacketCaptures.Add(capture);
            return capture;
        }
        catch
        {
            plan.Dispose();
            throw;
        }
    }

    /// <summary>Ends it. What came before is in the file when this returns.</summary>
    /// <exception cref="SandboxException">What ended it before its time.</exception>
    public void Stop()
    {
        End();
        if (Failure is { } failure) throw failure;
    }

    /// <summary>Waits until it has ended by itself.</summary>
    /// <returns>Whether it has.</returns>
    public bool Wait(TimeSpan time) => _loop.Join(time);

    /// <summary>Ends it; Failure says what went wrong.</summary>
    public void Dispose()
    {
        try
        {
            End();
        }
        catch (SandboxException)
        {
            // It hangs in a write; there is nothing to be had from waiting on.
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Interface} into {Path}";

    private void End()
    {
        _loop.RequestStop();
        if (!_loop.Join(Patience)) throw new SandboxException("PacketCapture,TIMEOUT", SandboxErrorKind.OperationTimeout, $"The capture {this} didn't end within {Patience.TotalSeconds} s.", "Look for a hung file system under its path.");
    }
}
