namespace Sandbox.Hardening;

/// <summary>The profiles that come with the module, embedded so that a changed file next to it can't weaken them.</summary>
public static class BuiltInProfiles
{
    private static readonly Lazy<HardeningProfile>[] Profiles =
        [Load("standard"), Load("strict"), Load("reference-standard"), Load("reference-strict")];

    /// <summary>Their names, as <c>extends</c> and <c>-Profile</c> take them.</summary>
    public static IReadOnlyList<string> Names { get; } = ["Standard", "Strict", "ReferenceStandard", "ReferenceStrict"];

    /// <summary>Standard.</summary>
    public static HardeningProfile Standard => Profiles[0].Value;

    /// <summary>Strict.</summary>
    public static HardeningProfile Strict => Profiles[1].Value;

    /// <summary>The reference's Standard.</summary>
    public static HardeningProfile ReferenceStandard => Profiles[2].Value;

    /// <summary>The reference's limits on top of Strict.</summary>
    public static HardeningProfile ReferenceStrict => Profiles[3].Value;

    /// <summary>The profile of a name, in any case.</summary>
    public static bool TryGet(string name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out HardeningProfile? profile)
    {
        int index = Names.ToList().FindIndex(n => n.Equals(name, StringComparison.OrdinalIgnoreCase));
        profile = index < 0 ? null : Profiles[index].Value;
        return profile is not null;
    }

    private static Lazy<HardeningProfile> Load(string file) => new(() =>
    {
        string resource = $"profiles/{file}.json";
        using Stream stream = typeof(BuiltInProfiles).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The assembly lacks its resource {resource}.");
        using var reader = new StreamReader(stream);
        return ProfileReader.Read(reader.ReadToEnd(), resource, "/", []);
    });
}
