using System.Collections.Frozen;
using Sandbox.Native;

namespace Sandbox.Host;

/// <summary>What this machine lets this process do, each capability tried for real.</summary>
public static class HostReport
{
    private static readonly HostFeature[] Features =
    [
        .. UserNamespaceProbes.All, .. NamespaceProbes.All, .. FilesystemProbes.All, .. LandlockProbes.All, .. SeccompProbes.All,
        .. ProcessProbes.All, .. ObservationProbes.All, .. CgroupProbes.All, .. NetworkProbes.All,
    ];

    private static readonly FrozenDictionary<string, HostFeature> ByName = Features.ToFrozenDictionary(f => f.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>How long one trial may take.</summary>
    public static TimeSpan Bound { get; } = TimeSpan.FromSeconds(3);

    /// <summary>The names in the order of a report.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Features.Select(f => f.Name)];

    /// <summary>What is lost without a capability.</summary>
    public static string Lost(string name) => Find(name).Lost;

    /// <summary>Tries one capability. Whatever goes wrong in the trial is a row that says so.</summary>
    /// <param name="name">One of <see cref="Names"/>; another name is an error that suggests the nearest.</param>
    /// <param name="currentDirectory">The caller's directory, whose file system counts for idmapped mounts.</param>
    public static SandboxFeature Probe(string name, string? currentDirectory = null) =>
        Probe(Find(name), new HostState { CurrentDirectory = currentDirectory ?? Environment.CurrentDirectory });

    internal static SandboxFeature Probe(HostFeature feature, HostState state)
    {
        var result = ProbeThread.Run(feature, state, Bound);
        return new()
        {
            Name = feature.Name,
            Area = feature.Area,
            Supported = result.Supported,
            Version = result.Version,
            Detail = result.Detail.TrimEnd('.'),
            Errno = result.Errno,
            ErrnoName = result.Errno == 0 ? null : Errno.Name(result.Errno),
            Lost = feature.Lost,
            Remedy = result.Supported ? null : result.Remedy ?? "The detail is all that is known; the kernel log may say more.",
        };
    }

    private static HostFeature Find(string name)
    {
        if (ByName.TryGetValue(name, out var feature)) return feature;
        throw new SandboxException(
            "SandboxSupport,NOT_FOUND", SandboxErrorKind.ObjectNotFound, $"There is no capability '{name}'.{Hardening.NameSuggestion.For(name, Names)}",
            "Completion and Get-SandboxSupport list the names.");
    }
}
