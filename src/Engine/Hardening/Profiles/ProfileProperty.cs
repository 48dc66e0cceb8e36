namespace Sandbox.Hardening;

/// <summary>One property of a profile document: how it is read, written, and compared.</summary>
/// <param name="Name">Its name in a document.</param>
/// <param name="Read">The profile with the property set from a node.</param>
/// <param name="Write">The value for a document: null, bool, long, double, string, a list of strings or numbers, or a map of strings.</param>
/// <param name="Loosening">Given a base and a derived profile: why the derived one is looser, or null.</param>
internal sealed record ProfileProperty(
    string Name,
    Func<HardeningProfile, ProfileNode, HardeningProfile> Read,
    Func<HardeningProfile, object?> Write,
    Func<HardeningProfile, HardeningProfile, string?> Loosening);
