namespace Sandbox.Hardening;

/// <summary>Holds a derived profile against its base: it may only tighten unless it says otherwise.</summary>
public static class ProfileComposer
{
    /// <summary>Each way in which the derived profile is looser, as <c>property: reason</c>.</summary>
    public static IReadOnlyList<string> Loosenings(HardeningProfile basis, HardeningProfile derived) =>
        [.. ProfilePropertyTable.All.Select(p => p.Loosening(basis, derived) is { } reason ? $"{p.Name}: {reason}" : null).OfType<string>()];

    /// <summary>Returns the derived profile; throws and names every loosening unless they are allowed.</summary>
    public static HardeningProfile Compose(HardeningProfile basis, HardeningProfile derived, bool allowLoosening = false)
    {
        if (allowLoosening || Loosenings(basis, derived) is not { Count: > 0 } reasons)
            return derived;
        throw new SandboxException("HardeningProfile,LOOSENS_BASE", SandboxErrorKind.SecurityError,
            $"profile '{derived.Name}' is looser than its base '{basis.Name}': {string.Join(" | ", reasons)}",
            "Remove these properties, or set \"allowLoosening\": true in the profile.");
    }
}
