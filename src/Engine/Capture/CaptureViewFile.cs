namespace Sandbox.Capture;

/// <summary>What a capture has made of one view.</summary>
public sealed class CaptureViewFile
{
    private readonly FileSink _sink;
    private readonly Func<CaptureCounts> _counts;

    internal CaptureViewFile(CaptureView view, string path, FileSink sink, Func<CaptureCounts> counts) => (View, Path, _sink, _counts) = (view, path, sink, counts);

    /// <summary>The view.</summary>
    public CaptureView View { get; }

    /// <summary>The file's path, as it was made from the one that was given.</summary>
    public string Path { get; }

    /// <summary>The files, oldest first: more than one where it rotates.</summary>
    public IReadOnlyList<string> Files => _sink.Files;

    /// <summary>The packets that came; once the capture has ended, the sum of the three below.</summary>
    public long Received => _counts().Received;

    /// <summary>The packets that are in the files.</summary>
    public long Written => _counts().Written;

    /// <summary>The packets that were left out: also what doesn't leave the host, or isn't the sandbox's.</summary>
    public long Filtered => _counts().Filtered;

    /// <summary>The packets that were lost.</summary>
    public long Dropped => _counts().Dropped;

    /// <inheritdoc/>
    public override string ToString() => $"{View}: {Path}";
}
