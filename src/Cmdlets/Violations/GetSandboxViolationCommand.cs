using System.Management.Automation;
using Sandbox.Cmdlets.Base;
using Sandbox.Cmdlets.Binding;

namespace Sandbox.Cmdlets;

/// <summary>Gets what was refused to hardened processes that record it.</summary>
[Cmdlet(VerbsCommon.Get, "SandboxViolation")]
[OutputType(typeof(SandboxViolation))]
public sealed class GetSandboxViolationCommand : SandboxCmdlet
{
    /// <summary>The processes.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Alias("Id")]
    [ProcessTransformation]
    [ArgumentCompleter(typeof(ProcessCompleter))]
    public HardenedProcess[] Process { get; set; } = [];

    /// <summary>Only these errnos: names or numbers.</summary>
    [Parameter]
    [ErrnoTransformation]
    [ArgumentCompleter(typeof(ErrnoCompleter))]
    [ValidateNotNullOrEmpty]
    public int[] Errno { get; set; } = [];

    /// <summary>Only these categories.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public SandboxViolationCategory[] Category { get; set; } = [];

    /// <summary>Only these causes.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public SandboxViolationCause[] Cause { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var process in Process)
        {
            if (process.RecordsViolations) Write(process);
            else WriteSandboxError(NotRecorded(process), process);
        }
    }

    private static SandboxException NotRecorded(HardenedProcess process) => new(
        "GetSandboxViolation,NOT_RECORDED", SandboxErrorKind.InvalidOperation, $"What is refused to {process} isn't recorded.",
        "Start it with -RecordViolation; Watch-SandboxViolation follows a process that runs, and Get-SeccompDenial has what its filter refused.");

    private void Write(HardenedProcess process)
    {
        WriteObject(process.GetViolations().Where(IsAskedFor), enumerateCollection: true);
        if (process.ViolationsNotKept > 0) WriteWarning($"{process.ViolationsNotKept} further violations of {process} were counted and not kept.");
        if (process.ViolationsDropped > 0) WriteWarning($"{process.ViolationsDropped} violations of {process} were lost on the way.");
        if (process.ViolationsUnfollowed > 0) WriteWarning($"{process.ViolationsUnfollowed} processes or threads of {process} couldn't be followed.");
        if (process.ViolationFailure is { } failure) WriteSandboxError(failure, process);
    }

    private bool IsAskedFor(SandboxViolation violation) =>
        (Errno.Length == 0 || Errno.Contains(violation.Errno)) && (Category.Length == 0 || Category.Contains(violation.Category)) && (Cause.Length == 0 || Cause.Contains(violation.Cause));
}
