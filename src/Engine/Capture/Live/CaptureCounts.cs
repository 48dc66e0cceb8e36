namespace Sandbox.Capture;

/// <summary>What became of the packets of a capture. At its end, Received is the sum of the others.</summary>
/// <param name="Received">What came to the ring, or would have where that was full.</param>
/// <param name="Written">What is in the file, or in the consumer's queue.</param>
/// <param name="Filtered">What was left out: by the filter before it was in force in the kernel, the outgoing half of loopback, or beyond the most packets.</param>
/// <param name="Dropped">What was lost: by the kernel, by a full queue, or by a file that failed.</param>
internal readonly record struct CaptureCounts(long Received, long Written, long Filtered, long Dropped);
