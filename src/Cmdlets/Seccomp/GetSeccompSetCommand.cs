using System.Management.Automation;
using Sandbox.Cmdlets.Base;
using Sandbox.Cmdlets.Binding;
using Sandbox.Seccomp;

namespace Sandbox.Cmdlets;

/// <summary>Lists the sets of system calls that a policy can name.</summary>
[Cmdlet(VerbsCommon.Get, "SeccompSet")]
[OutputType(typeof(SeccompSet))]
public sealed class GetSeccompSetCommand : SandboxCmdlet
{
    /// <summary>Names; wildcards are allowed, and the @ may be left out.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SetCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Only the sets that have this call.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SyscallCompleter))]
    public string? Syscall { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string name in Name)
        {
            var pattern = new WildcardPattern(name.StartsWith('@') || name.StartsWith('*') ? name : "@" + name, WildcardOptions.IgnoreCase);
            var found = SeccompSets.All.Where(set => pattern.IsMatch(set.Name)).ToArray();
            WriteObject(found.Where(set => Syscall is null || set.Syscalls.Contains(Syscall)), enumerateCollection: true);
            if (found.Length > 0 || WildcardPattern.ContainsWildcardCharacters(name)) continue;
            WriteSandboxError(new("GetSeccompSet,NOT_FOUND", SandboxErrorKind.ObjectNotFound, $"There is no set '{name}'.", "Get-SeccompSet without -Name lists all."), name);
        }
    }
}
