"""What `manage.py prove_sealed` does: nothing in the rest of the program imports this.

A throw-away clinic is lived in through the real pages (build, walk), a canary in every field. Then its
stores are searched (stores, search), and somebody who stole them tries to open them (thief).
"""
