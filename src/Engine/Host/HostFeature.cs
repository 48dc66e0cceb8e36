namespace Sandbox.Host;

/// <summary>A capability that can be tried.</summary>
/// <param name="Name">Its stable name.</param>
/// <param name="Area">What it belongs to.</param>
/// <param name="Lost">What is lost without it.</param>
/// <param name="Try">The trial; an exception of it means unsupported.</param>
internal sealed record HostFeature(string Name, string Area, string Lost, Func<HostState, ProbeResult> Try);
