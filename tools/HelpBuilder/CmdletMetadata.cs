using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace Sandbox.HelpBuilder;

/// <summary>What the compiled cmdlets are, as PowerShell itself sees them after an import.</summary>
public sealed class CmdletMetadata : IDisposable
{
    private readonly Runspace runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());

    /// <summary>Imports a manifest or an assembly.</summary>
    public CmdletMetadata(string module)
    {
        runspace.Open();
        using PowerShell shell = PowerShell.Create(runspace);
        PSModuleInfo imported = shell.AddCommand("Import-Module").AddParameter("Name", Path.GetFullPath(module)).AddParameter("PassThru")
            .AddParameter("ErrorAction", "Stop").Invoke<PSModuleInfo>().Single();
        Cmdlets = imported.ExportedCmdlets.Values.ToDictionary(cmdlet => cmdlet.Name, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The exported cmdlets by name.</summary>
    public IReadOnlyDictionary<string, CmdletInfo> Cmdlets { get; }

    /// <summary>The cmdlet's own parameters, without the common ones, by name.</summary>
    public static IEnumerable<ParameterMetadata> Parameters(CmdletInfo cmdlet) =>
        cmdlet.Parameters.Values.Where(parameter => !IsCommon(parameter.Name)).OrderBy(parameter => parameter.Name, StringComparer.Ordinal);

    /// <summary>Whether PowerShell adds the parameter by itself and documents it in about_CommonParameters.</summary>
    public static bool IsCommon(string name) =>
        Cmdlet.CommonParameters.Contains(name) || Cmdlet.OptionalCommonParameters.Contains(name);

    /// <summary>What the parameter holds when it isn't given: the property's value in a new cmdlet.</summary>
    public static string DefaultValue(CmdletInfo cmdlet, string parameter)
    {
        object instance = Activator.CreateInstance(cmdlet.ImplementingType)!;
        try
        {
            // PowerShell adds -WhatIf and -Confirm, switches without a property.
            if (cmdlet.ImplementingType.GetProperty(parameter) is not { } property) return "False";
            return property.GetValue(instance) switch
            {
                null => "None",
                SwitchParameter given => given.IsPresent.ToString(),
                Array { Length: 0 } => "None",
                var value => LanguagePrimitives.ConvertTo<string>(value),
            };
        }
        finally
        {
            (instance as IDisposable)?.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => runspace.Dispose();
}
