namespace Sandbox.Capture;

/// <summary>The numbers of Wireshark's custom blocks (wiretap/pcapng-wireshark-custom.c and wtap_opttypes.h).</summary>
internal static class WiresharkBlock
{
    /// <summary>The Private Enterprise Number of the Wireshark Foundation.</summary>
    public const uint Enterprise = 32622;

    /// <summary>The type of entry that tells of a process: its id and options.</summary>
    public const uint ProcessInformation = 3;

    /// <summary>Codes of its options; the arguments are apart by zero bytes, the start is in nanoseconds since 1970.</summary>
    public const int Name = 2, Path = 3, Arguments = 4, Parent = 5, UserId = 6, UserName = 7, Start = 9;
}
