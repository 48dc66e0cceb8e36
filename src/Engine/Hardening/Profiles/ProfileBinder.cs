using System.Collections.Frozen;

namespace Sandbox.Hardening;

/// <summary>Makes a profile from a document tree: base first, then each property, then the check that it only tightens.</summary>
internal static class ProfileBinder
{
    private static readonly FrozenDictionary<string, ProfileProperty> Properties =
        ProfilePropertyTable.All.ToFrozenDictionary(p => p.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Resolves <c>extends</c> by the given function; property names of hashtables may be written in any case.</summary>
    public static HardeningProfile Bind(ProfileNode document, bool ignoreCase, Func<ProfileNode, HardeningProfile> resolveBase)
    {
        IReadOnlyDictionary<string, ProfileNode> members = document.AsObject();
        StringComparison comparison = ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        HardeningProfile? basis = Member("extends") is { } extends ? resolveBase(extends) : null;
        bool allowLoosening = Member("allowLoosening")?.AsBoolean() ?? false;
        if (basis is null && Member("name") is null)
            throw document.Error("MISSING_PROPERTY", "'name' is missing");
        HardeningProfile profile = basis ?? new HardeningProfile { Name = "" };
        foreach ((string name, ProfileNode node) in members)
        {
            if (name.Equals("extends", comparison) || name.Equals("allowLoosening", comparison))
                continue;
            if (!Properties.TryGetValue(name, out ProfileProperty? property) || !name.Equals(property.Name, comparison))
                throw node.Error("UNKNOWN_PROPERTY", $"property '{name}' is not known.{NameSuggestion.For(name, [.. Properties.Keys, "extends", "allowLoosening"])}");
            profile = property.Read(profile, node);
        }

        if (profile.Root == RootMode.Directory && profile.RootDirectory is null)
            throw document.Error("MISSING_PROPERTY", "root is Directory and 'rootDirectory' is missing");
        try
        {
            return basis is null ? profile : ProfileComposer.Compose(basis, profile, allowLoosening);
        }
        catch (SandboxException e) when (e.ErrorId == "HardeningProfile,LOOSENS_BASE")
        {
            throw new SandboxException(e.ErrorId, e.Kind, $"{document.Source}: {e.Message}", e.Remedy, e);
        }

        ProfileNode? Member(string name) => members.FirstOrDefault(m => m.Key.Equals(name, comparison)).Value;
    }
}
