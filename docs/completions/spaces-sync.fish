function _spaces_sync_completion
    for line in (env COMP_LINE=(commandline -cp | string collect) _SPACES_SYNC_COMPLETE=fish_complete spaces-sync 2>/dev/null)
        set -l found (string split -m 1 , -- $line)
        switch $found[1]
            case dir
                __fish_complete_directories $found[2]
            case file
                __fish_complete_path $found[2]
            case plain
                echo $found[2]
        end
    end
end

complete --no-files --command spaces-sync --arguments "(_spaces_sync_completion)"
