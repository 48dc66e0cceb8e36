namespace Sandbox.Network;

/// <summary>The interfaces in the network namespace of a target, as its entry in /proc shows them: without privilege, and without entering.</summary>
internal static class TargetLinks
{
    private const int Heading = 2; // lines

    public static bool Has(int pid, string name) => File.ReadLines(FormattableString.Invariant($"/proc/{pid}/net/dev")).Skip(Heading).Any(l => l.Split(':')[0].Trim() == name);
}
