namespace Sandbox.Bench.Capture;

/// <summary>One run: what was sent, and what became of it.</summary>
/// <param name="Seconds">How long sending took.</param>
/// <param name="Sent">What the sender's calls took.</param>
/// <param name="Before">What of it was lost before it came to the receiving interface.</param>
/// <param name="Received">What the receiver says it received, what it dropped included.</param>
/// <param name="Filtered">What it says it left out.</param>
/// <param name="Dropped">What it says was dropped.</param>
/// <param name="Written">What is in its file, as capinfos counts.</param>
/// <param name="Processor">The processor time that it took, from its being ready until the last packet was in the file.</param>
/// <param name="Sending">The processor time of what sent: what the kernel does in its calls for the packet until it waits in the receiver's ring is in it.</param>
/// <param name="Attributed">Of how many packets the receiver says that it knows the process.</param>
internal sealed record CaptureRun(double Seconds, long Sent, long Before, long Received, long Filtered, long Dropped, long Written, TimeSpan Processor, TimeSpan Sending, long Attributed)
{
    /// <summary>Whether everything sent is accounted for.</summary>
    public bool Balances => Sent == Received + Before && Received == Written + Filtered + Dropped;

    /// <summary>What isn't in the file of what came to the interface, whatever the receiver says, in percent.</summary>
    public double Loss => 100.0 * (Sent - Before - Written) / (Sent - Before);

    /// <summary>Microseconds of processor time for each packet in the file.</summary>
    public double Cost => Processor.TotalMicroseconds / Written;

    /// <summary>Microseconds of the sender's processor time for each packet that it sent.</summary>
    public double SendingCost => Sending.TotalMicroseconds / Sent;
}
