using System.Management.Automation;
using Sandbox.Cmdlets.Base;
using Sandbox.Cmdlets.Binding;

namespace Sandbox.Cmdlets;

/// <summary>Gets what was denied to hardened processes so far.</summary>
[Cmdlet(VerbsCommon.Get, "SeccompDenial")]
[OutputType(typeof(SeccompDenial))]
public sealed class GetSeccompDenialCommand : SandboxCmdlet
{
    /// <summary>The processes.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Alias("Id")]
    [ProcessTransformation]
    [ArgumentCompleter(typeof(ProcessCompleter))]
    public HardenedProcess[] Process { get; set; } = [];

    /// <summary>Only these calls; wildcards are allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SyscallCompleter))]
    [ValidateNotNull]
    public string[] Syscall { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var patterns = Syscall.Select(s => WildcardPattern.Get(s, WildcardOptions.IgnoreCase)).ToArray();
        foreach (var process in Process) WriteObject(process.GetDenials().Where(d => patterns.Any(p => p.IsMatch(d.Syscall))), enumerateCollection: true);
    }
}
