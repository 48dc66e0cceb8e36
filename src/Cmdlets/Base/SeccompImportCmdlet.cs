using System.Management.Automation;
using Sandbox.Cmdlets.Binding;
using Sandbox.Seccomp;

namespace Sandbox.Cmdlets.Base;

/// <summary>The parameters against which the conditions of a profile that is read are resolved.</summary>
public abstract class SeccompImportCmdlet : SandboxCmdlet
{
    /// <summary>The capabilities; this process's bounding set if not given.</summary>
    [Parameter]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(CapabilityCompleter))]
    public string[]? Capability { get; set; }

    /// <summary>The version of the kernel; this one's if not given.</summary>
    [Parameter]
    [ValidateNotNull]
    public Version? KernelVersion { get; set; }

    /// <summary>The capabilities in the form CAP_SYS_ADMIN; null where none are given.</summary>
    protected IReadOnlyList<string>? Capabilities() => Capability is null ? null : [.. Capability.Select(name => Hardening.Capability.Name(Hardening.Capability.Parse(name)))];

    /// <summary>The context for an architecture, or this machine's.</summary>
    protected SeccompImportContext Context(SeccompArchitecture? architecture)
    {
        var context = new SeccompImportContext();
        return context with
        {
            Architecture = architecture ?? context.Architecture,
            Capabilities = Capabilities() ?? context.Capabilities,
            KernelVersion = KernelVersion ?? context.KernelVersion,
            Warn = WriteWarning,
        };
    }
}
