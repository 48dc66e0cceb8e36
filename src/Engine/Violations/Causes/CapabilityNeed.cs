namespace Sandbox.Violations;

/// <summary>That a call takes a capability: which ones do, where, and by which errno its lack shows.</summary>
internal sealed record CapabilityNeed(IReadOnlyList<int> AnyOf, CapabilityPlace Place, string For, int Errno);
