namespace Sandbox.Violations;

/// <summary>Finds who refused a call. Unknown rather than wrong.</summary>
internal static class CauseFinder
{
    /// <summary>The cause of one failed call of a process of this module, or, with null, of any other.</summary>
    public static ViolationCause Find(ViolationFacts facts, HardenedProcess? sandbox) => new(SandboxViolationCause.Unknown, [], null);
}
