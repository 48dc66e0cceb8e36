using System.Management.Automation;
using Sandbox.Cmdlets.Base;
using Sandbox.Cmdlets.Binding;

namespace Sandbox.Cmdlets;

/// <summary>Reads profiles from JSON or psd1 files.</summary>
[Cmdlet(VerbsData.Import, "HardeningProfile")]
[OutputType(typeof(HardeningProfile))]
public sealed class ImportHardeningProfileCommand : SandboxCmdlet
{
    /// <summary>The files.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LiteralPath", "FullName")]
    public string[] Path { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var path in Path)
        {
            try
            {
                WriteObject(ProfileFile.Read(ResolvePath(path, nameof(Path))));
            }
            catch (SandboxException e)
            {
                WriteSandboxError(e, path);
            }
        }
    }
}
