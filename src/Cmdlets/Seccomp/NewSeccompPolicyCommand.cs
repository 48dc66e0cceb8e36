using System.Management.Automation;
using Sandbox.Cmdlets.Base;
using Sandbox.Cmdlets.Binding;
using Sandbox.Seccomp;

namespace Sandbox.Cmdlets;

/// <summary>Makes a policy from calls, sets and a base.</summary>
[Cmdlet(VerbsCommon.New, "SeccompPolicy")]
[OutputType(typeof(SeccompPolicy))]
public sealed class NewSeccompPolicyCommand : SeccompImportCmdlet
{
    /// <summary>Calls and sets that are allowed.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(SyscallCompleter))]
    public string[] Syscall { get; set; } = [];

    /// <summary>Calls and sets that are refused.</summary>
    [Parameter]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(SyscallCompleter))]
    public string[] DenySyscall { get; set; } = [];

    /// <summary>The base: a policy object, a built-in policy's name, or a file.</summary>
    [Parameter]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(PolicyCompleter))]
    public object? Policy { get; set; }

    /// <summary>A profile whose policy is the base.</summary>
    [Parameter]
    [ValidateNotNull]
    [ProfileTransformation]
    [ArgumentCompleter(typeof(ProfileCompleter))]
    public HardeningProfile? Profile { get; set; }

    /// <summary>Traces to learn from.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNull]
    public string[] FromTrace { get; set; } = [];

    /// <summary>Output of strace to learn from.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNull]
    public string[] FromStrace { get; set; } = [];

    /// <summary>Audit logs to learn from.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNull]
    public string[] FromAuditLog { get; set; } = [];

    /// <summary>Allow what was only refused in the traces, too.</summary>
    [Parameter]
    public SwitchParameter IncludeDenied { get; set; }

    /// <summary>Hold arguments that select what a call does to the values that were seen.</summary>
    [Parameter]
    public SwitchParameter WithArguments { get; set; }

    /// <summary>What happens to the other calls.</summary>
    [Parameter]
    [ValidateNotNull]
    public SeccompAction? DefaultAction { get; set; }

    /// <summary>The errno of the default action Errno, the message of Trace.</summary>
    [Parameter]
    [ValidateRange(0, 65535)]
    public int? DefaultErrno { get; set; }

    /// <summary>The architectures; this machine's if not given.</summary>
    [Parameter]
    [ValidateNotNull]
    public SeccompArchitecture[] Architecture { get; set; } = [];

    /// <summary>Flags for the filter.</summary>
    [Parameter]
    [ValidateNotNull]
    public SeccompFilterFlags? Flag { get; set; }

    /// <summary>Its name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>One line about its purpose.</summary>
    [Parameter]
    [AllowEmptyString]
    public string? Description { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        try
        {
            object? basis = Rehydration.Policy(Policy);
            string? text = basis as string;
            bool isName = text is not null && BuiltInPolicies.Names.Contains(text, StringComparer.OrdinalIgnoreCase);
            WriteObject(new SeccompPolicyDesign
            {
                Name = Name,
                Description = Description,
                Base = basis is null or string ? null : basis as SeccompPolicy ?? throw new SandboxException("NewSeccompPolicy,BAD_BASE", SandboxErrorKind.InvalidArgument,
                    $"-Policy: {basis.GetType().Name} is no policy.", "Give a policy object, the name of a built-in policy, or a file."),
                BaseName = isName ? text : null,
                BasePath = text is null || isName ? null : ResolvePath(text, nameof(Policy)),
                Profile = Profile,
                Trace = new()
                {
                    Traces = ResolvePaths(FromTrace, nameof(FromTrace)),
                    Straces = ResolvePaths(FromStrace, nameof(FromStrace)),
                    AuditLogs = ResolvePaths(FromAuditLog, nameof(FromAuditLog)),
                    IncludeDenied = IncludeDenied,
                    WithArguments = WithArguments,
                },
                Allow = Syscall,
                Deny = DenySyscall,
                DefaultAction = DefaultAction,
                DefaultErrno = DefaultErrno,
                Architectures = Architecture,
                Flags = Flag,
                Capabilities = Capabilities(),
                KernelVersion = KernelVersion,
            }.Build());
        }
        catch (SandboxException e)
        {
            ThrowSandboxError(e, Policy);
        }
    }
}
