using System.Management.Automation;
using Sandbox.Cmdlets.Base;
using Sandbox.Seccomp;

namespace Sandbox.Cmdlets;

/// <summary>Reads policies and programs from files.</summary>
[Cmdlet(VerbsData.Import, "SeccompPolicy")]
[OutputType(typeof(SeccompPolicy), typeof(SeccompProgram))]
public sealed class ImportSeccompPolicyCommand : SeccompImportCmdlet
{
    /// <summary>The files.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LiteralPath", "FullName")]
    public string[] Path { get; set; } = [];

    /// <summary>The format; by the file's ending if not given.</summary>
    [Parameter]
    [ValidateNotNull]
    public SeccompFormat? Format { get; set; }

    /// <summary>The architecture for which a profile is resolved; this machine's if not given.</summary>
    [Parameter]
    [ValidateNotNull]
    public SeccompArchitecture? Architecture { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string path in Path)
        {
            try
            {
                WriteObject(SeccompFile.Read(ResolvePath(path, nameof(Path)), Format, Context(Architecture)), enumerateCollection: true);
            }
            catch (SandboxException e)
            {
                WriteSandboxError(e, path);
            }
        }
    }
}
