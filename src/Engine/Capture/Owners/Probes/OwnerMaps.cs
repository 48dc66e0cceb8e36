namespace Sandbox.Capture;

/// <summary>The names of the owner probes' maps.</summary>
internal static class OwnerMaps
{
    /// <summary>Who acted last on each socket, by its cookie.</summary>
    public const string Owners = "owners";

    /// <summary>Which socket has each flow, so that it is told once.</summary>
    public const string Flows = "flows";

    /// <summary>The epoch, and how many events were lost.</summary>
    public const string Numbers = "numbers";

    public const string Ring = "ring";

    /// <summary>A ring of who acts on a socket of another, for who wants to look while it is there.</summary>
    public const string Processes = "processes";
}
