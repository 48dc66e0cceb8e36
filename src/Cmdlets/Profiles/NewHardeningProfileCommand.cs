using System.Management.Automation;
using Sandbox.Cmdlets.Base;

namespace Sandbox.Cmdlets;

/// <summary>Makes a profile out of another and some changes.</summary>
[Cmdlet(VerbsCommon.New, "HardeningProfile")]
[OutputType(typeof(HardeningProfile))]
public sealed class NewHardeningProfileCommand : HardeningCmdlet
{
    /// <summary>The new profile's name.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = "";

    /// <summary>One line about its purpose.</summary>
    [Parameter]
    [AllowEmptyString]
    public string? Description { get; set; }

    /// <summary>The namespaces, instead of the base's.</summary>
    [Parameter]
    public NamespaceKinds Namespace { get; set; } // not nullable: PowerShell makes flags of a list only for the bare type

    /// <summary>Whom the target is on the host.</summary>
    [Parameter]
    [ValidateNotNull]
    public IdentityMode? Identity { get; set; }

    /// <summary>No memory that is writable and executable.</summary>
    [Parameter]
    public SwitchParameter MemoryDenyWriteExecute { get; set; }

    /// <summary>TCP ports that the target may connect to.</summary>
    [Parameter]
    [ValidateRange(0, 65535)]
    public int[]? TcpConnectPort { get; set; }

    /// <summary>TCP ports that the target may bind.</summary>
    [Parameter]
    [ValidateRange(0, 65535)]
    public int[]? TcpBindPort { get; set; }

    /// <summary>Let the profile be looser than its base.</summary>
    [Parameter]
    public SwitchParameter AllowLoosening { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        try
        {
            var basis = Profile ?? Hardening.BuiltInProfiles.Strict;
            var changed = EffectiveProfile();
            WriteObject(Hardening.ProfileComposer.Compose(
                basis,
                changed with
                {
                    Name = Name,
                    Description = Description ?? changed.Description,
                    Namespaces = MyInvocation.BoundParameters.ContainsKey(nameof(Namespace)) ? Namespace : changed.Namespaces,
                    Identity = Identity ?? changed.Identity,
                    MemoryDenyWriteExecute = MemoryDenyWriteExecute || changed.MemoryDenyWriteExecute,
                    TcpConnectPorts = TcpConnectPort ?? changed.TcpConnectPorts,
                    TcpBindPorts = TcpBindPort ?? changed.TcpBindPorts,
                },
                AllowLoosening));
        }
        catch (SandboxException e)
        {
            ThrowSandboxError(e);
        }
    }
}
