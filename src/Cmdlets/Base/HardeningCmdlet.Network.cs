using System.Management.Automation;
using Sandbox.Cmdlets.Binding;

namespace Sandbox.Cmdlets.Base;

/// <summary>The parameters about the target's network.</summary>
public abstract partial class HardeningCmdlet
{
    /// <summary>The caller's network, only a loopback interface, or a network behind the host's addresses, by root's means or an ordinary user's.</summary>
    [Parameter]
    [ValidateNotNull]
    public NetworkMode? Network { get; set; }

    /// <summary>Ranges of addresses that may be reached.</summary>
    [Parameter]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(RangeCompleter))]
    public string[] AllowCidr { get; set; } = [];

    /// <summary>Ranges of addresses that may not be reached.</summary>
    [Parameter]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(RangeCompleter))]
    public string[] DenyCidr { get; set; } = [];

    /// <summary>What becomes of connections to any other address.</summary>
    [Parameter]
    [ValidateNotNull]
    public NetworkDefault? DefaultNetworkPolicy { get; set; }

    /// <summary>Refuse addresses that are no part of the public Internet.</summary>
    [Parameter]
    public SwitchParameter BlockPrivate { get; set; }

    /// <summary>Refuse the addresses at which clouds tell about the machine.</summary>
    [Parameter]
    public SwitchParameter BlockMetadata { get; set; }

    /// <summary>Where the target asks for names.</summary>
    [Parameter]
    [ValidateNotNull]
    public string[] DnsServer { get; set; } = [];

    /// <summary>Lines of hosts(5) for the target's own file.</summary>
    [Parameter]
    [ValidateNotNull]
    public string[] HostEntry { get; set; } = [];

    /// <summary>A file of such lines.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? HostsFile { get; set; }

    /// <summary>Ports of the host that lead to the target.</summary>
    [Parameter]
    [ValidateNotNull]
    public string[] PublishPort { get; set; } = [];
}
