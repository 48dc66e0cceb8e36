using System.Management.Automation;
using Sandbox.Cmdlets.Base;
using Sandbox.Cmdlets.Binding;
using Sandbox.Hardening;

namespace Sandbox.Cmdlets;

/// <summary>Writes a profile to a JSON or psd1 file.</summary>
[Cmdlet(VerbsData.Export, "HardeningProfile", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportHardeningProfileCommand : SandboxCmdlet
{
    /// <summary>The profile.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [ProfileTransformation]
    [ArgumentCompleter(typeof(ProfileCompleter))]
    public HardeningProfile? Profile { get; set; }

    /// <summary>The file; its ending, .json or .psd1, says the format.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("LiteralPath")]
    public string Path { get; set; } = "";

    /// <summary>Replace a file that is there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Write the file's object.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            var path = ResolvePath(Path, nameof(Path));
            if (!ShouldProcess(path, $"Write profile {Profile!.Name}")) return;
            ProfileFileWriter.Write(Profile, path, Force);
            if (PassThru) WriteFile(path);
        }
        catch (SandboxException e)
        {
            ThrowSandboxError(e, Path);
        }
    }
}
