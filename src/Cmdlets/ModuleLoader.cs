using System.Management.Automation;
using System.Runtime.InteropServices;
using Sandbox.Cmdlets.Base;

namespace Sandbox.Cmdlets;

/// <summary>Runs when PowerShell imports or removes the module: refuses foreign platforms, and makes the module's packages loadable.</summary>
public sealed class ModuleLoader : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    /// <inheritdoc/>
    public void OnImport()
    {
        // The message must not need Sandbox.Engine.dll: it is what says that the engine can't be here.
        string? refusal = PlatformSupport.Refusal(
            OperatingSystem.IsLinux(), RuntimeInformation.ProcessArchitecture, RuntimeInformation.RuntimeIdentifier);
        if (refusal is not null) throw new PlatformNotSupportedException(refusal);
        ModuleAssemblies.Attach();
        TidyUp();
    }

    // A method of its own: the engine is loaded where it is called, and no earlier.
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void TidyUp() => Network.NetworkRepair.Sweep();

    /// <inheritdoc/>
    public void OnRemove(PSModuleInfo psModuleInfo) => ModuleAssemblies.Detach();
}
